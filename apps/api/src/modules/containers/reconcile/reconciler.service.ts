import type { AgentRuntime } from "@mosaic/runtime/agent-runtime";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { isDatabaseUnavailable } from "../../../platform/database/database-errors.js";
import { SessionLocks } from "../../../platform/database/session-locks.js";
import { Logger } from "../../../platform/logging/logger.js";
import type { Loop } from "../../../platform/periodic/loop.js";
import { Periodic } from "../../../platform/periodic/periodic.js";
import { engineObstacle, RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { SettingsService } from "../../settings/settings.service.js";
import { lockKeyOf } from "../container-identity.js";
import { ContainersRepository } from "../containers.repository.js";
import { ContainerRepair } from "./container-repair.js";
import { planReconciliation, type Reconciliation } from "./reconciliation.js";

const everyMs = 30_000;
/** An event is often one of several: a stop, an exit, a removal. */
const afterEventMs = 250;

/** Closes the gap between what the database says should be and what the engine has: at start, every 30 s, and when a container changes. */
@Injectable()
export class ReconcilerService implements OnApplicationBootstrap {
  private watched: AgentRuntime | undefined;
  private readonly passes: Loop;

  constructor(
    private readonly containers: ContainersRepository,
    private readonly repair: ContainerRepair,
    private readonly host: RuntimeHostService,
    private readonly settings: SettingsService,
    private readonly locks: SessionLocks,
    private readonly logger: Logger,
    periodic: Periodic,
  ) {
    const run = async (signal: AbortSignal): Promise<void> => this.pass(signal);
    this.passes = periodic.every(everyMs, { what: "looking after containers", run, obstacleOf: engineObstacle });
  }

  onApplicationBootstrap(): void {
    void this.reconcile();
  }

  /** One pass. A call during a pass asks for another one after it. Never rejects. */
  async reconcile(): Promise<void> {
    await this.passes.runNow();
  }

  private async pass(signal: AbortSignal): Promise<void> {
    if ((await this.host.kind()) === null) {
      return;
    }
    const runtime = await this.host.runtime();
    this.watch(runtime, await this.settings.instanceId(), signal);
    const observations = await runtime.list(await this.settings.instanceId());
    const agents = await this.containers.findForReconciliation(observations.map(({ name }) => name));
    if (agents.length > 0) {
      // Adopted containers fetch their configuration there.
      await this.host.internalBaseUrl();
    }
    for (const step of planReconciliation(agents, observations)) {
      if (signal.aborted) {
        return;
      }
      await this.carryOut(step, runtime);
    }
  }

  private async carryOut(step: Reconciliation, runtime: AgentRuntime): Promise<void> {
    // Who has the lock is working on it.
    const lock = await this.locks.tryAcquire(lockKeyOf(step.agentId));
    if (lock === null) {
      return;
    }
    try {
      const target = await this.containers.find(step.agentId);
      const status = target?.container?.status;
      if (step.kind === "repair" && target !== null) {
        await this.repair.repair(target);
      } else if (step.kind === "stop" && target !== null && (status === "stopped" || status === "error")) {
        await this.repair.stopUnwanted(target, step.name);
      } else if (step.kind === "remove" && target?.container?.name !== step.name) {
        await runtime.remove(step.name);
        this.logger.warn("removed a container whose agent does not exist", { agentId: step.agentId });
      }
    } catch (error) {
      if (isDatabaseUnavailable(error) || engineObstacle(error) !== null) {
        throw error;
      }
      this.logger.error("an agent's container could not be brought in line", error, { agentId: step.agentId });
    } finally {
      await lock.release();
    }
  }

  private watch(runtime: AgentRuntime, instanceId: string, signal: AbortSignal): void {
    if (this.watched !== runtime) {
      this.watched = runtime;
      runtime.watch(instanceId, () => this.passes.runSoon(afterEventMs), signal);
    }
  }
}
