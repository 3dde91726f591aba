import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import type { StageProgress, StartStage } from "@mosaic/contracts/agent";
import type { AgentRuntime, ContainerSpec } from "@mosaic/runtime/agent-runtime";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import type { HeldLock } from "../../platform/database/session-locks.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import { containerTokenContext } from "../agent-config/agent-config.types.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { hashToken, newToken } from "../crypto/tokens.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { SettingsService } from "../settings/settings.service.js";
import { backendOf, configPathOf, containerNameOf, imageOf } from "./container-identity.js";
import { ContainerLifecycleRepository } from "./container-lifecycle.repository.js";
import type { AgentTarget, RunningAgent } from "./container-lifecycle.types.js";
import { ContainerStatusWriter } from "./container-status.js";
import { probeGateway } from "./gateway-probe.js";
import { readinessDefaults, waitUntilReady, type SupervisorWord } from "./readiness.js";
import { toStartError } from "./start-failure.js";
import { StartProgress } from "./start-progress.js";
import { SupervisorReportsService } from "./supervisor-reports.service.js";

export const stopGraceMs = 10_000;

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
}

/** Listens to one start's supervisor, from before its container runs. */
interface SupervisorEar {
  said(): SupervisorWord;
  close(): void;
}

export interface StartContext {
  readonly lock: HeldLock;
  readonly signal: AbortSignal;
  readonly onStage: (stage: StageProgress) => void;
}

/** Makes a stopped agent a running one. Its caller holds the agent's lock. */
@Injectable()
export class AgentStarter {
  constructor(
    private readonly repository: ContainerLifecycleRepository,
    private readonly status: ContainerStatusWriter,
    private readonly reports: SupervisorReportsService,
    private readonly agentConfig: AgentConfigService,
    private readonly host: RuntimeHostService,
    private readonly settings: SettingsService,
    private readonly crypto: CryptoService,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** `null` when the status or the lock was taken from under it: the caller looks again. Throws why the agent can't be started. */
  async start(target: AgentTarget, { lock, signal, onStage }: StartContext): Promise<RunningAgent | null> {
    await this.agentConfig.assertRenderable(target.agentId);
    const begun = await this.begin(target);
    if (begun === null) {
      return null;
    }
    const superseded = new AbortController();
    const progress = this.progressOf(target, begun.tokenHash, onStage, () => superseded.abort(stoppedMeanwhile()));
    const attempt: Attempt = {
      target,
      ...begun,
      progress,
      ear: this.listen(target.agentId, progress),
      signal: AbortSignal.any([signal, lock.lost, superseded.signal]),
    };
    try {
      return await this.run(attempt, onStage);
    } catch (error) {
      await progress.end();
      if (superseded.signal.aborted) {
        throw stoppedMeanwhile();
      }
      if (lock.lost.aborted) {
        return null;
      }
      // Mosaic is stopping: the next process adopts or repairs what stands there.
      signal.throwIfAborted();
      throw await this.fail(attempt, error);
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

  private async run(attempt: Attempt, onStage: (stage: StageProgress) => void): Promise<RunningAgent> {
    const { target, name, token, tokenHash, progress, signal } = attempt;
    const startedAtMs = performance.now();
    const runtime = await this.host.runtime();
    const spec = await this.specOf(target, name);
    await this.ensureImage(runtime, attempt);
    signal.throwIfAborted();
    progress.set(stageOf("creating"));
    await runtime.create(spec);
    signal.throwIfAborted();
    progress.set(stageOf("starting"));
    const endpoint = await startFresh(runtime, name, token);
    if (!(await this.repository.setEndpoint(target.agentId, tokenHash, endpoint))) {
      throw stoppedMeanwhile();
    }
    progress.set(stageOf("waiting"));
    const running: RunningAgent = {
      agentId: target.agentId,
      endpoint,
      gatewayToken: deriveGatewayToken(token),
      backend: backendOf(target.backend.id),
    };
    await this.waitUntilReady(runtime, attempt, running);
    await progress.end();
    if (!(await this.status.change(target, "became_ready", { stage: null, error: null }, { tokenHash }))) {
      throw stoppedMeanwhile();
    }
    onStage(stageOf("ready"));
    this.logger.log("agent started", { agentId: target.agentId, durationMs: Math.round(performance.now() - startedAtMs) });
    return running;
  }

  private async ensureImage(runtime: AgentRuntime, { target, progress, signal }: Attempt): Promise<void> {
    const image = imageOf(target.backend);
    if (!(await runtime.hasImage(image))) {
      await runtime.ensureImage(image, (made) => progress.set(made), signal);
    }
  }

  private async waitUntilReady(runtime: AgentRuntime, attempt: Attempt, { endpoint, backend, gatewayToken }: RunningAgent): Promise<void> {
    const sources = {
      probe: async () => probeGateway(endpoint, backend, gatewayToken),
      said: () => attempt.ear.said(),
      inspect: async () => runtime.inspect(attempt.name),
    };
    await waitUntilReady(sources, { ...readinessDefaults, timeoutMs: attempt.target.backend.readyTimeoutMs }, attempt.signal);
  }

  private listen(agentId: string, progress: StartProgress): SupervisorEar {
    let word: SupervisorWord = { isReady: false, hasFailed: false, detail: null };
    const close = this.reports.watch(agentId, ({ phase, detail }) => {
      word = { isReady: word.isReady || phase === "ready", hasFailed: phase === "failed", detail: detail ?? word.detail };
      if (phase === "warming") {
        progress.set({ stage: "waiting", percent: null, detail: "Warming up" });
      }
    });
    return { said: () => word, close };
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

  private async specOf({ agentId, backend }: AgentTarget, name: string): Promise<ContainerSpec> {
    return {
      name,
      instanceId: await this.settings.instanceId(),
      agentId,
      image: imageOf(backend),
      configUrl: `${await this.host.internalBaseUrl()}${configPathOf(agentId)}`,
      limits: { memoryBytes: backend.memoryLimitBytes, nanoCpus: backend.nanoCpus, pids: backend.pidsLimit },
    };
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

/** A container that runs already has the token of another start: only a restart gives it ours. */
async function startFresh(runtime: AgentRuntime, name: string, token: string): Promise<RunningAgent["endpoint"]> {
  const started = await runtime.start(name, token);
  if (!started.wasRunning) {
    return started.endpoint;
  }
  await runtime.stop(name, stopGraceMs);
  return (await runtime.start(name, token)).endpoint;
}

function stageOf(stage: StartStage): StageProgress {
  return { stage, percent: null, detail: null };
}

export function stoppedMeanwhile(): AppError {
  return new AppError("agent_start_failed", { detail: "The agent was stopped while it was starting. Send the message again to start it." });
}
