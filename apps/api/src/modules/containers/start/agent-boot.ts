import { setTimeout as sleep } from "node:timers/promises";
import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import { backendOf } from "@mosaic/agent-backends/registry";
import type { StartStage } from "@mosaic/contracts/agent";
import type { AgentRuntime } from "@mosaic/runtime/agent-runtime";
import type { WorkloadSpec } from "@mosaic/runtime/workload-spec";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../../platform/clock/clock.js";
import { AppError } from "../../../platform/errors/app-error.js";
import { Logger } from "../../../platform/logging/logger.js";
import { MachinePace } from "../../../platform/pace/machine-pace.js";
import { ContainerStatusRepository } from "../container-status.repository.js";
import type { AgentTarget, RunningAgent } from "../containers.types.js";
import { probeGateway } from "../hang/gateway-probe.js";
import { PastStartsService } from "./past-starts.service.js";
import { readinessDefaults, waitUntilReady } from "./readiness.js";
import { endedAgentOf, exitedWhileStarting, stoppedMeanwhile } from "./start-failure.js";
import { patienceOf, RecentStarts, type StartPatience } from "./start-patience.js";
import type { StartProgress } from "./start-progress.js";
import type { SupervisorEar } from "./supervisor-ear.js";

export const stopGraceMs = 10_000;

const maxAttempts = 4;
/** A moment for what made the machine busy to pass, times the number of the attempt and the machine's pace. */
const betweenAttemptsMs = 1_000;

/** One boot of one container, with everything that it is made from. */
export interface Boot {
  readonly target: AgentTarget;
  readonly spec: WorkloadSpec;
  readonly token: string;
  readonly tokenHash: string;
  readonly progress: StartProgress;
  readonly ear: SupervisorEar;
  readonly signal: AbortSignal;
}

/** Boots a container whose turn it is, until its gateway serves. */
@Injectable()
export class AgentBoot {
  private readonly recent = new Map<string, RecentStarts>();

  constructor(
    private readonly repository: ContainerStatusRepository,
    private readonly pace: MachinePace,
    private readonly past: PastStartsService,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A machine that is too busy for the agent's software fails its boot, though nothing is wrong: it is tried again, in the same turn as long as that lasts. */
  async boot(runtime: AgentRuntime, boot: Boot): Promise<RunningAgent> {
    const backendId = boot.target.backend.id;
    boot.progress.begin({ begunAt: this.clock.now().toISOString(), ...(await this.past.of(backendId)) });
    const begunAtMs = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        const running = await this.once(runtime, boot);
        await this.past.add(backendId, performance.now() - begunAtMs);
        return running;
      } catch (error) {
        if (attempt === maxAttempts || !(await this.wasTooBusy(error, boot))) {
          throw error;
        }
      }
      this.logger.warn("a boot failed because the machine is busy; trying again", { agentId: boot.target.agentId, attempt });
      boot.ear.forget();
      boot.progress.set({
        stage: "starting",
        percent: null,
        detail: `This machine is busy. Trying again (${attempt} of ${maxAttempts - 1}).`,
      });
      await sleep(betweenAttemptsMs * attempt * this.pace.now(), undefined, { signal: boot.signal }).catch(() => undefined);
      boot.signal.throwIfAborted();
    }
  }

  private async once(runtime: AgentRuntime, { target, spec, token, tokenHash, progress, ear, signal }: Boot): Promise<RunningAgent> {
    const startedAtMs = performance.now();
    progress.set(stageOf("creating"));
    await runtime.create(spec);
    signal.throwIfAborted();
    progress.set(stageOf("starting"));
    const endpoint = await startFresh(runtime, spec.name, token);
    if (!(await this.repository.setEndpoint(target.agentId, tokenHash, endpoint))) {
      throw stoppedMeanwhile();
    }
    progress.set(stageOf("waiting"));
    const running = {
      agentId: target.agentId,
      endpoint,
      gatewayToken: deriveGatewayToken(token),
      backend: backendOf(target.backend.id),
    };
    const recent = this.recentOf(target.backend.id);
    const ended = endedAgentOf(target.backend);
    const sources = {
      probe: async () => probeGateway(running, this.pace.now()),
      said: () => ear.said(),
      inspect: async () => runtime.inspect(spec.name),
      cpuTimeMs: async () => runtime.cpuTimeMs(spec.name),
      explainEnd: (...end: [Parameters<typeof exitedWhileStarting>[0], string | null]) => exitedWhileStarting(...end, ended),
    };
    const patience = () => this.patience(target);
    await waitUntilReady(sources, { ...readinessDefaults, patience }, signal);
    recent.add(performance.now() - startedAtMs);
    return running;
  }

  /** How long a start of the agent is given at this moment. */
  patience({ backend }: AgentTarget): StartPatience {
    return patienceOf(backend.readyTimeoutMs, this.pace.now(), this.recentOf(backend.id).usualMs());
  }

  private async wasTooBusy(error: unknown, { target, ear }: Boot): Promise<boolean> {
    if (!(error instanceof AppError) || error.code !== "agent_start_failed") {
      return false;
    }
    const { detail } = await ear.lastWord();
    return detail !== null && backendOf(target.backend.id).isTooBusy(detail);
  }

  private recentOf(backendId: string): RecentStarts {
    const recent = this.recent.get(backendId) ?? new RecentStarts();
    this.recent.set(backendId, recent);
    return recent;
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

export function stageOf(stage: StartStage): { stage: StartStage; percent: null; detail: null } {
  return { stage, percent: null, detail: null };
}
