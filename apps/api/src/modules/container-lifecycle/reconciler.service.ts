import { RuntimeError, type AgentRuntime } from "@mosaic/runtime/agent-runtime";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { Interval } from "@nestjs/schedule";
import { isDatabaseUnavailable } from "../../platform/database/database-errors.js";
import { SessionLocks } from "../../platform/database/session-locks.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { SettingsService } from "../settings/settings.service.js";
import { lockKeyOf } from "./container-identity.js";
import { ContainerLifecycleRepository } from "./container-lifecycle.repository.js";
import { ContainerRepair } from "./container-repair.js";
import { planReconciliation, type Reconciliation } from "./reconciliation.js";

const everyMs = 30_000;
/** An event is often one of several: a stop, an exit, a removal. */
const afterEventMs = 250;

/** What keeps a pass from happening at all. Told once, when it begins, and once when it is over. */
type Obstacle = "engine" | "database";

/** Closes the gap between what the database says should be and what the engine has: at start, every 30 s, and when a container changes. */
@Injectable()
export class ReconcilerService implements OnApplicationBootstrap {
  private watched: AgentRuntime | undefined;
  private running: Promise<void> | undefined;
  private isAskedAgain = false;
  private obstacle: Obstacle | null = null;
  private soon: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: ContainerLifecycleRepository,
    private readonly repair: ContainerRepair,
    private readonly host: RuntimeHostService,
    private readonly settings: SettingsService,
    private readonly locks: SessionLocks,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.shutdown.signal.addEventListener("abort", () => clearTimeout(this.soon), { once: true });
    void this.reconcile();
  }

  /** One pass. A call during a pass asks for another one after it. Never rejects. */
  @Interval(everyMs)
  async reconcile(): Promise<void> {
    if (this.running !== undefined) {
      this.isAskedAgain = true;
      return this.running;
    }
    this.running = this.passes();
    this.shutdown.waitFor(this.running);
    await this.running;
    this.running = undefined;
  }

  private async passes(): Promise<void> {
    do {
      this.isAskedAgain = false;
      await this.pass();
    } while (this.isAskedAgain && !this.shutdown.signal.aborted);
  }

  private async pass(): Promise<void> {
    try {
      if (this.shutdown.signal.aborted || (await this.host.kind()) === null) {
        return;
      }
      const runtime = await this.host.runtime();
      this.watch(runtime, await this.settings.instanceId());
      const observations = await runtime.list(await this.settings.instanceId());
      const agents = await this.repository.findForReconciliation(observations.map(({ name }) => name));
      if (agents.length > 0) {
        // Adopted containers fetch their configuration there.
        await this.host.internalBaseUrl();
      }
      for (const step of planReconciliation(agents, observations)) {
        await this.carryOut(step, runtime);
      }
      this.overcome();
    } catch (error) {
      this.stumble(error);
    }
  }

  private async carryOut(step: Reconciliation, runtime: AgentRuntime): Promise<void> {
    if (this.shutdown.signal.aborted) {
      return;
    }
    // Who has the lock is working on it.
    const lock = await this.locks.tryAcquire(lockKeyOf(step.agentId));
    if (lock === null) {
      return;
    }
    try {
      const target = await this.repository.find(step.agentId);
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
      if (isObstacle(error) !== null) {
        throw error;
      }
      this.logger.error("an agent's container could not be brought in line", error, { agentId: step.agentId });
    } finally {
      await lock.release();
    }
  }

  private watch(runtime: AgentRuntime, instanceId: string): void {
    if (this.watched === runtime) {
      return;
    }
    this.watched = runtime;
    runtime.watch(instanceId, () => this.reconcileSoon(), this.shutdown.signal);
  }

  private reconcileSoon(): void {
    if (this.soon === undefined && !this.shutdown.signal.aborted) {
      this.soon = setTimeout(() => {
        this.soon = undefined;
        void this.reconcile();
      }, afterEventMs);
    }
  }

  private stumble(error: unknown): void {
    const obstacle = isObstacle(error);
    if (this.shutdown.signal.aborted || (obstacle !== null && this.obstacle === obstacle)) {
      return;
    }
    this.obstacle = obstacle;
    if (obstacle === null) {
      this.logger.error("containers could not be brought in line", error);
    } else {
      this.logger.warn(`containers are not looked after: the ${obstacle} can't be reached`);
    }
  }

  private overcome(): void {
    if (this.obstacle !== null) {
      this.logger.log(`containers are looked after again: the ${this.obstacle} can be reached`);
      this.obstacle = null;
    }
  }
}

function isObstacle(error: unknown): Obstacle | null {
  if (isDatabaseUnavailable(error)) {
    return "database";
  }
  const isEngineAway =
    (error instanceof RuntimeError && error.code === "unreachable") || (error instanceof AppError && error.code === "runtime_unavailable");
  return isEngineAway ? "engine" : null;
}
