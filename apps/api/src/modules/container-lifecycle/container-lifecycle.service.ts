import { setTimeout as sleep } from "node:timers/promises";
import { redact } from "@mosaic/agent-backends/redact";
import { markOrigins } from "@mosaic/agent-backends/supervisor-log";
import type { AgentDeletionSummary, AgentLogs } from "@mosaic/contracts/admin-containers";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { SessionLocks, type HeldLock } from "../../platform/database/session-locks.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import { MachinePace } from "../../platform/pace/machine-pace.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import { containerTokenContext } from "../agent-config/agent-config.types.js";
import { BootQueueService } from "../boot-queue/boot-queue.service.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { stopGraceMs } from "./agent-boot.js";
import { lockKeyOf } from "./container-identity.js";
import { ContainerLifecycleRepository, type StatusCondition } from "./container-lifecycle.repository.js";
import type { AgentTarget, EnsureOptions, RunningAgent } from "./container-lifecycle.types.js";
import { ContainerRepair } from "./container-repair.js";
import { ContainerStatusWriter } from "./container-status.js";
import { isSame, toRunning } from "./running-agent.js";
import { StartFlights } from "./start-flights.js";
import { SupervisorReportsService } from "./supervisor-reports.service.js";
import { toStartError } from "./start-failure.js";

/** A changed setting is in effect within 3 seconds. */
const inEffectAfterMs = 3_000;
const lockPollMs = 100;
const lockPatienceMs = 60_000;

/** Starts, stops and deletes the running side of agents. */
@Injectable()
export class ContainerLifecycleService {
  constructor(
    private readonly repository: ContainerLifecycleRepository,
    private readonly status: ContainerStatusWriter,
    private readonly flights: StartFlights,
    private readonly repair: ContainerRepair,
    private readonly queue: BootQueueService,
    private readonly reports: SupervisorReportsService,
    private readonly host: RuntimeHostService,
    private readonly agentConfig: AgentConfigService,
    private readonly locks: SessionLocks,
    private readonly pace: MachinePace,
    private readonly crypto: CryptoService,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The running agent, started if need be. Idempotent; however many ask, in whatever process, there is one start. A running agent costs one
   * query. Throws why it can't be started, and `signal`'s reason when the caller gives up: the start goes on without them.
   */
  async ensureRunning(agentId: string, options: EnsureOptions = {}): Promise<RunningAgent> {
    const running = await this.findRunning(agentId);
    if (running !== null && !isSame(running, options.distrusted)) {
      return running;
    }
    return this.flights.join(agentId, options);
  }

  /** Throws `model_not_assigned` when nothing is left that the agent may use: a provider was switched off, deleted or is no longer shared. */
  async assertModel(agentId: string): Promise<void> {
    await this.agentConfig.assertRenderable(agentId);
  }

  /**
   * Waits until a change of settings that was made in the last seconds is in effect, so that a turn right after it does not meet the former key.
   * Costs one query as a rule, and never more than the time that a change is promised to take.
   */
  async untilInEffect(agentId: string, signal: AbortSignal): Promise<void> {
    const ageMs = await this.repository.msSinceChange(agentId);
    if (ageMs !== null && ageMs < inEffectAfterMs) {
      await this.reports.untilInEffect(agentId, ageMs, inEffectAfterMs - ageMs, signal);
    }
  }

  /** Begins a start, or joins one, and resolves as soon as it is under way. Throws what stops it before. */
  async requestStart(agentId: string, isBackground = false): Promise<void> {
    const underWay = Promise.withResolvers<void>();
    const start = this.ensureRunning(agentId, { isBackground, onStage: () => underWay.resolve() });
    start.then(
      () => underWay.resolve(),
      (error: unknown) => underWay.reject(error),
    );
    await underWay.promise;
  }

  /** Begins a stop, whoever uses the agent, and resolves once everybody sees it. Idempotent. A start under way is given up. */
  async requestStop(agentId: string): Promise<void> {
    await this.beginStop(agentId);
  }

  /** Begins a restart, whoever uses the agent, and resolves once it is under way. An agent that does not run is started. */
  async requestRestart(agentId: string): Promise<void> {
    await this.beginStop(agentId);
    await this.startAgain(agentId, false);
  }

  /** Restarts agents that wait for the end of an answer. One that begins another in the meantime goes on waiting. Rejects for none. */
  async restartQuiet(): Promise<void> {
    for (const { agentId, version } of await this.repository.restartable()) {
      // An agent that has to wait for its turn runs on until then.
      if (await this.queue.isBusyInBackground()) {
        return;
      }
      try {
        if (await this.beginStop(agentId, { version })) {
          this.logger.log("restarting an agent for a change that it can't take in place", { agentId });
          await this.startAgain(agentId, true);
        }
      } catch (error) {
        this.logger.warn("an agent could not be restarted", { agentId, reason: error instanceof Error ? error.message : "unknown" });
      }
    }
  }

  /** Why an answer broke off, if it was for lack of memory; `null` if not, or if nobody can tell. Never rejects. */
  async explainBreakOff(agentId: string): Promise<string | null> {
    try {
      const target = await this.repository.find(agentId);
      return target === null ? null : await this.repair.explainLackOfMemory(target);
    } catch {
      return null;
    }
  }

  /** Recent output of the agent's container, secrets blacked out; what its supervisor did not sign is marked. */
  async recentLogs(agentId: string, count: number): Promise<AgentLogs> {
    const lines = await this.logs(agentId, count + 1);
    return { lines: lines.slice(-count), isComplete: lines.length <= count };
  }

  async contentsOf(agentId: string): Promise<AgentDeletionSummary> {
    return this.repository.countContents(agentId);
  }

  async assertSystemAgent(agentId: string): Promise<void> {
    if (!(await this.repository.isSystemAgent(agentId))) {
      throw new AppError("not_found");
    }
  }

  /** Whether a system agent is kept running. */
  async want(agentId: string, isWanted: boolean): Promise<void> {
    await this.repository.setWanted(agentId, isWanted);
  }

  private async logs(agentId: string, lines: number): Promise<string[]> {
    const target = await this.repository.find(agentId);
    if (target === null) {
      throw new AppError("not_found");
    }
    const { container } = target;
    if (container === null) {
      return [];
    }
    try {
      const runtime = await this.host.runtime();
      const token = this.crypto.open(container.tokenEncrypted, containerTokenContext(target.ownerId, agentId));
      const secrets = await this.agentConfig.secretsOf(target.ownerId, token);
      return markOrigins(await runtime.logs(container.name, lines), token).map((line) => blackOut(line, secrets));
    } catch (error) {
      throw toStartError(error);
    }
  }

  /** Agents that nobody has used for as long as their timeout. */
  async idle(): Promise<string[]> {
    return this.repository.idle(this.clock.now());
  }

  /** Stops an agent if it is idle. False if somebody uses it after all, or works on it. */
  async stopIfIdle(agentId: string): Promise<boolean> {
    const lock = await this.locks.tryAcquire(lockKeyOf(agentId));
    if (lock === null) {
      return false;
    }
    try {
      const target = await this.repository.find(agentId);
      if (target === null || !(await this.status.change(target, "stop_requested", { stage: null }, { idleAt: this.clock.now() }))) {
        return false;
      }
      await this.stopContainer(target);
      return true;
    } finally {
      await lock.release();
    }
  }

  /**
   * Deletes an agent with its container, its state and its conversations, for good. The row goes last: after a crash at any point the agent is
   * still there, and deleting it again does the rest.
   */
  async deleteAgent(userId: string, agentId: string): Promise<void> {
    await this.assertOwner(userId, agentId);
    await this.deleteForGood(agentId);
  }

  /** As `deleteAgent`, once it is known that the caller may. */
  async deleteForGood(agentId: string): Promise<void> {
    const before = await this.repository.find(agentId);
    if (before !== null) {
      await this.status.change(before, "stop_requested", { stage: null, error: null });
    }
    const lock = await this.acquire(agentId);
    try {
      const target = await this.repository.find(agentId);
      if (target?.container != null) {
        await this.removeEverything(target, target.container.name);
      }
      await this.repository.deleteAgent(agentId);
      if (target !== null) {
        await this.status.tell(target, "stopped", {});
      }
    } finally {
      await lock.release();
    }
    this.logger.log("agent deleted", { agentId });
  }

  /** Throws `not_found` for another's agent as for a missing one. */
  async assertOwner(userId: string, agentId: string): Promise<void> {
    if (!(await this.repository.isOwner(userId, agentId))) {
      throw new AppError("not_found");
    }
  }

  /** Somebody used the agent just now. */
  async touch(agentId: string): Promise<void> {
    await this.repository.touch(agentId, this.clock.now());
  }

  private async beginStop(agentId: string, condition: StatusCondition = {}): Promise<boolean> {
    const target = await this.repository.find(agentId);
    if (target === null) {
      throw new AppError("not_found");
    }
    const hasBegun = await this.status.change(target, "stop_requested", { stage: null, error: null }, condition);
    if (hasBegun) {
      this.finishStop(agentId).catch((error: unknown) => this.logger.error("agent could not be stopped", error, { agentId }));
    }
    return hasBegun;
  }

  /** Whoever wants to start it has to wait for the lock that the stop holds. */
  private async startAgain(agentId: string, isBackground: boolean): Promise<void> {
    await this.untilAtRest(agentId);
    await this.requestStart(agentId, isBackground);
  }

  /** Resolves when the agent is at rest. */
  private async untilAtRest(agentId: string): Promise<void> {
    const deadlineMs = performance.now() + lockPatienceMs * this.pace.now();
    for (;;) {
      const status = (await this.repository.find(agentId))?.container?.status ?? "stopped";
      if (status === "stopped" || status === "error") {
        return;
      }
      if (performance.now() > deadlineMs) {
        throw new AppError("conflict", { detail: "The agent does not stop. Try again in a moment." });
      }
      await sleep(lockPollMs);
    }
  }

  private async findRunning(agentId: string): Promise<RunningAgent | null> {
    const target = await this.repository.find(agentId);
    if (target === null) {
      throw new AppError("not_found");
    }
    return toRunning(this.crypto, target);
  }

  private async finishStop(agentId: string): Promise<void> {
    const lock = await this.acquire(agentId);
    try {
      const target = await this.repository.find(agentId);
      // Somebody may have stopped, and even started it again, in the meantime.
      if (target?.container?.status === "stopping") {
        await this.stopContainer(target);
      }
    } finally {
      await lock.release();
    }
  }

  private async stopContainer(target: AgentTarget): Promise<void> {
    try {
      const runtime = await this.host.runtime();
      await runtime.stop(target.container?.name ?? "", stopGraceMs);
      await this.status.change(target, "came_to_rest", { stage: null, endpoint: null });
    } catch (thrown) {
      const error = toStartError(thrown);
      await this.status.change(target, "failed", {
        stage: null,
        error: { code: error.code, detail: `The agent could not be stopped. ${error.detail ?? error.message}` },
      });
      throw error;
    }
  }

  private async removeEverything(target: AgentTarget, name: string): Promise<void> {
    try {
      await this.status.change(target, "stop_requested", { stage: null, error: null });
      const runtime = await this.host.runtime();
      await runtime.stop(name, stopGraceMs);
      await runtime.remove(name);
      await runtime.removeState(name);
    } catch (thrown) {
      const error = toStartError(thrown);
      const detail = `The agent could not be deleted, and is still there. ${error.detail ?? error.message}`;
      await this.status.change(target, "failed", { stage: null, error: { code: error.code, detail } });
      throw new AppError(error.code, { detail, cause: error });
    }
  }

  private async acquire(agentId: string): Promise<HeldLock> {
    const deadlineMs = performance.now() + lockPatienceMs * this.pace.now();
    for (;;) {
      const lock = await this.locks.tryAcquire(lockKeyOf(agentId));
      if (lock !== null) {
        return lock;
      }
      if (performance.now() > deadlineMs) {
        throw new AppError("conflict", { detail: "The agent is busy starting or stopping. Try again in a moment." });
      }
      await sleep(lockPollMs);
    }
  }
}

/** The longest first, so that nothing is left of one that begins like another. */
function blackOut(line: string, secrets: readonly string[]): string {
  const longestFirst = secrets.filter((secret) => secret !== "").toSorted((a, b) => b.length - a.length);
  return redact(longestFirst.reduce((text, secret) => text.replaceAll(secret, "[hidden]"), line));
}
