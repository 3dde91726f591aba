import { setTimeout as sleep } from "node:timers/promises";
import type { StageProgress } from "@mosaic/contracts/agent";
import type { AgentRuntime } from "@mosaic/runtime/agent-runtime";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../../platform/clock/clock.js";
import type { HeldLock } from "../../../platform/database/session-locks.js";
import type { AppError } from "../../../platform/errors/app-error.js";
import { Logger } from "../../../platform/logging/logger.js";
import { AgentConfigService } from "../../agent-config/agent-config.service.js";
import { containerTokenContext } from "../../agent-config/agent-config.types.js";
import { BootQueueService } from "../../boot-queue/boot-queue.service.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { hashToken, newToken } from "../../crypto/tokens.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { SettingsService } from "../../settings/settings.service.js";
import { AgentBoot, stageOf, stopGraceMs } from "./agent-boot.js";
import { configPathOf, containerNameOf, lockKeyOf } from "../container-identity.js";
import { ContainerStatusRepository } from "../container-status.repository.js";
import type { AgentTarget, RunningAgent } from "../containers.types.js";
import { ContainerStatusWriter } from "../container-status.js";
import { DiskRoomService } from "../disk/disk-room.service.js";
import { stoppedMeanwhile, toStartError } from "./start-failure.js";
import { StartProgress } from "./start-progress.js";
import { SupervisorEar } from "./supervisor-ear.js";
import { SupervisorReportsService } from "../reports/supervisor-reports.service.js";
import { imageOf, workloadOf } from "./workload.js";

/** One cold start under way. */
interface Attempt {
  readonly target: AgentTarget;
  readonly name: string;
  readonly token: string;
  readonly tokenHash: string;
  readonly progress: StartProgress;
  readonly ear: SupervisorEar;
  /** Aborts when the start must not go on: superseded, the lock lost, Mosaic stopping. */
  readonly signal: AbortSignal;
  readonly supersede: () => void;
}

export interface StartContext {
  readonly lock: HeldLock;
  readonly signal: AbortSignal;
  /** Aborts when nobody waits for it any more: a start whose turn has not come is given up then, with the signal's reason. */
  readonly abandoned: AbortSignal;
  /** Whether nobody waits for it, but the house keeps it running. */
  readonly isBackground: () => boolean;
  readonly onStage: (stage: StageProgress) => void;
}

/** Makes a stopped agent a running one. Its caller holds the agent's lock. */
@Injectable()
export class AgentStarter {
  constructor(
    private readonly repository: ContainerStatusRepository,
    private readonly status: ContainerStatusWriter,
    private readonly reports: SupervisorReportsService,
    private readonly agentConfig: AgentConfigService,
    private readonly queue: BootQueueService,
    private readonly boot: AgentBoot,
    private readonly host: RuntimeHostService,
    private readonly disk: DiskRoomService,
    private readonly settings: SettingsService,
    private readonly crypto: CryptoService,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** `null` when the status or the lock was taken from under it: the caller looks again. Throws why the agent can't be started. */
  async start(target: AgentTarget, context: StartContext): Promise<RunningAgent | null> {
    await this.agentConfig.assertRenderable(target.agentId);
    await this.disk.assertRoom();
    const begun = await this.begin(target);
    if (begun === null) {
      return null;
    }
    const superseded = new AbortController();
    const supersede = (): void => superseded.abort(stoppedMeanwhile());
    const progress = this.progressOf(target, begun.tokenHash, context.onStage, supersede);
    const onWarming = (): void => progress.set({ stage: "waiting", percent: null, detail: "Warming up" });
    const attempt: Attempt = {
      target,
      ...begun,
      progress,
      ear: new SupervisorEar((onReport) => this.reports.watch(target.agentId, onReport), onWarming),
      signal: AbortSignal.any([context.signal, context.lock.lost, superseded.signal]),
      supersede,
    };
    try {
      return await this.run(attempt, context);
    } catch (error) {
      await progress.end();
      return await this.giveUp(error, { attempt, context, superseded: superseded.signal });
    } finally {
      attempt.ear.close();
    }
  }

  private async begin(target: AgentTarget): Promise<Pick<Attempt, "name" | "token" | "tokenHash"> | null> {
    const { agentId, ownerId } = target;
    const name = target.container?.name ?? containerNameOf(await this.settings.instanceId(), agentId);
    const token = newToken();
    const sealed = {
      encrypted: this.crypto.seal(token, containerTokenContext(ownerId, agentId)),
      hash: Buffer.from(hashToken(token)).toString("hex"),
    };
    await this.repository.createIfAbsent(agentId, name, sealed);
    const patch = { token: sealed, stage: null, endpoint: null, error: null, lastActiveAt: this.clock.now() };
    const hasBegun = await this.status.change(target, "start_requested", patch);
    return hasBegun ? { name, token, tokenHash: sealed.hash } : null;
  }

  private async run(attempt: Attempt, { isBackground, abandoned, onStage }: StartContext): Promise<RunningAgent> {
    const { target, name, token, tokenHash, progress, ear, signal } = attempt;
    const startedAtMs = performance.now();
    const runtime = await this.host.runtime();
    const configUrl = `${await this.host.internalBaseUrl()}${configPathOf(target.agentId)}`;
    const instanceId = await this.settings.instanceId();
    const spec = workloadOf({ name, instanceId, agentId: target.agentId, configUrl, backend: target.backend });
    const hasMadeImage = await this.ensureImage(runtime, attempt);
    signal.throwIfAborted();
    // What has been made for somebody is made to its end, also when they have left meanwhile.
    const whoWaits = hasMadeImage && abandoned.aborted ? [signal] : [signal, abandoned];
    const leaveQueue = await this.takeTurn(attempt, isBackground(), AbortSignal.any(whoWaits));
    const turnAtMs = performance.now();
    const ended = new AbortController();
    void this.leaveInTime(target, turnAtMs, leaveQueue, ended.signal);
    try {
      const running = await this.boot.boot(runtime, { target, spec, token, tokenHash, progress, ear, signal });
      await progress.end();
      if (!(await this.status.change(target, "became_ready", { stage: null, error: null }, { tokenHash }))) {
        throw stoppedMeanwhile();
      }
      onStage(stageOf("ready"));
      const endedAtMs = performance.now();
      const times = { durationMs: Math.round(endedAtMs - startedAtMs), bootMs: Math.round(endedAtMs - turnAtMs) };
      this.logger.log("agent started", { agentId: target.agentId, ...times });
      return running;
    } finally {
      ended.abort();
      await leaveQueue();
    }
  }

  /**
   * An agent that is busy with itself and never gets ready keeps nobody else from booting. How long it may is asked again when the time is over:
   * the machine may have become slower meanwhile. All attempts of a start are in one turn.
   */
  private async leaveInTime(target: AgentTarget, turnAtMs: number, leaveQueue: () => Promise<void>, ended: AbortSignal): Promise<void> {
    for (;;) {
      const leftMs = turnAtMs + this.boot.patience(target).patienceMs - performance.now();
      if (leftMs <= 0) {
        break;
      }
      await sleep(leftMs, undefined, { signal: ended }).catch(() => undefined);
      if (ended.aborted) {
        return;
      }
    }
    await leaveQueue();
  }

  /** Whether it had to be pulled or built. */
  private async ensureImage(runtime: AgentRuntime, { target, progress, signal }: Attempt): Promise<boolean> {
    const image = imageOf(target.backend);
    const isThere = await runtime.hasImage(image);
    if (!isThere) {
      await runtime.ensureImage(image, (made) => progress.set(made), signal);
    }
    return !isThere;
  }

  /** Waits until the agent may boot. No limit of time counts that. */
  private async takeTurn(
    { target, tokenHash, progress, supersede }: Attempt,
    isBackground: boolean,
    signal: AbortSignal,
  ): Promise<() => Promise<void>> {
    const { agentId, ownerId } = target;
    return this.queue.enter(
      { agentId, ownerId, startId: tokenHash, lockKey: lockKeyOf(agentId), isBackground },
      {
        onPlace: (place) => progress.set({ ...stageOf("queued"), place }),
        onSuperseded: supersede,
        signal,
      },
    );
  }

  private async giveUp(
    error: unknown,
    { attempt, context, superseded }: { attempt: Attempt; context: StartContext; superseded: AbortSignal },
  ): Promise<null> {
    if (superseded.aborted) {
      throw stoppedMeanwhile();
    }
    if (context.lock.lost.aborted) {
      return null;
    }
    // Mosaic is stopping: the next process adopts or repairs what stands there.
    context.signal.throwIfAborted();
    if (context.abandoned.aborted && error === context.abandoned.reason) {
      // Nothing was made yet, and nobody is there to be told of a fault.
      const atRest = { stage: null, endpoint: null, error: null };
      await this.status.change(attempt.target, "came_to_rest", atRest, { tokenHash: attempt.tokenHash });
      throw error;
    }
    throw await this.fail(attempt, error);
  }

  private async fail({ target, name, tokenHash }: Attempt, thrown: unknown): Promise<AppError> {
    const error = toStartError(thrown);
    const patch = { stage: null, endpoint: null, error: { code: error.code, detail: error.detail ?? error.message } };
    const runtime = await this.host.runtime().catch(() => null);
    // An engine that can't be reached now is asked again by the reconciler.
    await runtime?.stop(name, stopGraceMs).catch(() => undefined);
    await this.status.change(target, "failed", patch, { tokenHash }).catch((cause: unknown) => {
      this.logger.error("a failed start could not be recorded", cause, { agentId: target.agentId });
    });
    this.logger.warn("agent could not be started", { agentId: target.agentId, code: error.code });
    return error;
  }

  private progressOf(
    target: AgentTarget,
    tokenHash: string,
    onStage: (stage: StageProgress) => void,
    onSuperseded: () => void,
  ): StartProgress {
    return new StartProgress({
      store: async (stage) => this.repository.setStage(target.agentId, tokenHash, stage),
      tell: async (stage) => this.status.tell(target, "starting", { stage }),
      isUnderWay: async () => this.repository.isUnderWay(target.agentId, tokenHash),
      onStage,
      onSuperseded,
    });
  }
}
