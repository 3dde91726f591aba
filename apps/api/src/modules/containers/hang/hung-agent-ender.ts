import { Injectable } from "@nestjs/common";
import { Logger } from "../../../platform/logging/logger.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { AgentLocks } from "../agent-locks.js";
import { ContainersRepository } from "../containers.repository.js";
import type { AgentTarget, RunningAgent } from "../containers.types.js";
import { ContainerRepair } from "../reconcile/container-repair.js";
import { ContainerStatusWriter } from "../container-status.js";
import { isSame, toRunning } from "../running-agent.js";
import { StartAttempts } from "../start/start-attempts.js";
import { StartFlights } from "../start/start-flights.js";

/** What hangs does not end politely. */
const hungGraceMs = 1_000;
const lockPatienceMs = 5_000;

const restartingDetail = "The agent itself stopped responding; Mosaic restarts it.";
const waitingDetail = "The agent itself stopped responding, again soon after it was restarted. It starts again with the next message.";

/** Ends an agent that was found to hang, and starts it again. */
@Injectable()
export class HungAgentEnder {
  private readonly attempts = new StartAttempts();

  constructor(
    private readonly containers: ContainersRepository,
    private readonly status: ContainerStatusWriter,
    private readonly repair: ContainerRepair,
    private readonly flights: StartFlights,
    private readonly host: RuntimeHostService,
    private readonly locks: AgentLocks,
    private readonly crypto: CryptoService,
    private readonly logger: Logger,
  ) {}

  /**
   * Whether it is ended, or was already; its next start is under way then. `false` while others are at it. One that hangs after each start is
   * left to its next message. `onEnding` is told before anything breaks.
   */
  async end(running: RunningAgent, onEnding: () => void): Promise<boolean> {
    const { agentId } = running;
    const lock = await this.locks.acquireWithin(agentId, lockPatienceMs);
    if (lock === null) {
      return false;
    }
    let isToStart = false;
    try {
      onEnding();
      const target = await this.containers.find(agentId);
      const present = target === null ? null : toRunning(this.crypto, target);
      if (target !== null && present !== null && isSame(present, running)) {
        isToStart = await this.endContainer(target);
      }
    } finally {
      await lock.release();
    }
    if (isToStart) {
      this.flights
        .join(agentId, {})
        .catch((error: unknown) => this.logger.warn("an agent that hung could not be started again", { agentId, reason: String(error) }))
        .finally(() => this.attempts.end(agentId, performance.now()));
    }
    return true;
  }

  private async endContainer(target: AgentTarget): Promise<boolean> {
    const { agentId, container } = target;
    if (container === null) {
      return false;
    }
    const runtime = await this.host.runtime();
    if ((await runtime.inspect(container.name))?.state !== "running") {
      // It did not hang, it is gone.
      await this.repair.repair(target);
      return false;
    }
    await runtime.stop(container.name, hungGraceMs);
    const isToStart = this.attempts.begin(agentId, performance.now());
    const error = { code: "agent_not_responding", detail: isToStart ? restartingDetail : waitingDetail };
    let hasChanged = false;
    try {
      hasChanged = await this.status.change(target, "failed", { stage: null, endpoint: null, error }, { tokenHash: container.tokenHash });
    } finally {
      if (isToStart && !hasChanged) {
        this.attempts.end(agentId, performance.now());
      }
    }
    this.logger.warn("an agent stopped responding and was ended", { agentId, isStartedAgain: isToStart });
    return isToStart && hasChanged;
  }
}
