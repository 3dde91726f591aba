import { setTimeout as sleep } from "node:timers/promises";
import { findBackend } from "@mosaic/agent-backends/registry";
import type { AgentRuntime, ContainerObservation } from "@mosaic/runtime/agent-runtime";
import { Injectable } from "@nestjs/common";
import { Logger } from "../../../platform/logging/logger.js";
import { MachinePace } from "../../../platform/pace/machine-pace.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { stopGraceMs } from "../start/agent-boot.js";
import { ContainerStatusRepository } from "../container-status.repository.js";
import type { AgentTarget, ContainerRecord, RunningAgent } from "../containers.types.js";
import { ContainerStatusWriter } from "../container-status.js";
import { probeGateway } from "../hang/gateway-probe.js";
import { toRunning } from "../running-agent.js";
import { endedAgentOf, explainExit, toStartError } from "../start/start-failure.js";

const endPollMs = 200;
const endLooks = 15;

/** Brings what is stored of one agent in line with what its container really does. Its caller holds the agent's lock. */
@Injectable()
export class ContainerRepair {
  constructor(
    private readonly repository: ContainerStatusRepository,
    private readonly status: ContainerStatusWriter,
    private readonly host: RuntimeHostService,
    private readonly crypto: CryptoService,
    private readonly pace: MachinePace,
    private readonly logger: Logger,
  ) {}

  /**
   * Adopts a container that serves; ends one that does not, or that nobody wants. Afterwards the agent is running (and is returned), stopped
   * or in error. Throws when the engine can't be reached. One of a backend that this version does not know is left to the version that does.
   */
  async repair(target: AgentTarget): Promise<RunningAgent | null> {
    const { container } = target;
    if (container === null || container.status === "stopped" || container.status === "error" || findBackend(target.backend.id) === null) {
      return null;
    }
    try {
      const runtime = await this.host.runtime();
      const observation = await runtime.inspect(container.name);
      return await this.bringInLine(target, container, observation, runtime);
    } catch (error) {
      throw toStartError(error);
    }
  }

  /** A container that runs although the agent is stopped: whoever should have stopped it died, or the engine was away. */
  async stopUnwanted(target: AgentTarget, name: string): Promise<void> {
    const runtime = await this.host.runtime();
    await runtime.stop(name, stopGraceMs);
    this.logger.warn("stopped a container that should not run", { agentId: target.agentId });
  }

  /**
   * In words, that the kernel killed the agent for memory; `null` if it did not, or nobody can tell. Waits a moment: an answer breaks off a little
   * before its container has ended.
   */
  async explainLackOfMemory(target: AgentTarget): Promise<string | null> {
    const { container, backend } = target;
    if (container === null) {
      return null;
    }
    const running = toRunning(this.crypto, target);
    if (running !== null && (await probeGateway(running, this.pace.now())) !== "silent") {
      return null;
    }
    const runtime = await this.host.runtime();
    for (let look = 0; look < endLooks; look++) {
      const observation = await runtime.inspect(container.name);
      if (observation?.state !== "running") {
        return observation?.wasOutOfMemory === true ? explainExit(observation, null, endedAgentOf(backend)) : null;
      }
      await sleep(endPollMs);
    }
    return null;
  }

  private async bringInLine(
    target: AgentTarget,
    container: ContainerRecord,
    observation: ContainerObservation | null,
    runtime: AgentRuntime,
  ): Promise<RunningAgent | null> {
    const isUp = observation?.state === "running" && observation.endpoint !== null;
    if (isUp && container.status !== "stopping") {
      const adopted = await this.adopt(target, container, observation);
      if (adopted !== null) {
        return adopted;
      }
    }
    if (isUp) {
      await runtime.stop(container.name, stopGraceMs);
    }
    if (container.status === "running" && !isUp && observation !== null && hasCrashed(observation)) {
      const error = {
        code: "agent_broke_off",
        detail: `The agent ended by itself. ${explainExit(observation, null, endedAgentOf(target.backend))} It starts again with the next message.`,
      };
      await this.status.change(target, "failed", { stage: null, endpoint: null, error });
    } else {
      await this.status.change(target, "came_to_rest", { stage: null, endpoint: null, error: null });
    }
    this.logger.warn("an agent's container was not what it should be", {
      agentId: target.agentId,
      status: container.status,
      exitCode: observation?.exitCode ?? null,
    });
    return null;
  }

  private async adopt(target: AgentTarget, container: ContainerRecord, { endpoint }: ContainerObservation): Promise<RunningAgent | null> {
    if (endpoint === null) {
      return null;
    }
    const running = toRunning(this.crypto, { ...target, container: { ...container, status: "running", endpoint } });
    if (running === null || (await probeGateway(running, this.pace.now())) !== "ready") {
      return null;
    }
    if (container.status === "starting") {
      const isAdopted = await this.status.change(
        target,
        "was_found_running",
        { stage: null, endpoint, error: null },
        { tokenHash: container.tokenHash },
      );
      return isAdopted ? running : null;
    }
    const hasMoved = container.endpoint?.host !== endpoint.host || container.endpoint.port !== endpoint.port;
    if (hasMoved && !(await this.repository.setEndpoint(target.agentId, container.tokenHash, endpoint))) {
      return null;
    }
    return running;
  }
}

/** Asked to stop, or killed from outside: what a restart of the engine, of the machine or of Mosaic does to every agent. */
const endedFromOutside: ReadonlySet<number | null> = new Set([null, 0, 130, 137, 143]);

function hasCrashed({ exitCode, wasOutOfMemory, state }: ContainerObservation): boolean {
  return state === "exited" && (wasOutOfMemory || !endedFromOutside.has(exitCode));
}
