import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerObservation } from "@mosaic/runtime/agent-runtime";
import type { AppError } from "../../../platform/errors/app-error.js";
import type { ProbeResult } from "../hang/gateway-probe.js";
import { notReadyInTime } from "./start-failure.js";
import { judgeStart, type StartPatience } from "./start-patience.js";

/** What the supervisor has told of the start so far. */
export interface SupervisorWord {
  /** An image of somebody's own may fetch its configuration by itself, and never say anything. */
  readonly hasSpoken: boolean;
  readonly isReady: boolean;
  readonly hasFailed: boolean;
  readonly detail: string | null;
}

export interface ReadinessSources {
  said(): SupervisorWord;
  /** What the gateway itself answers: for a container that says nothing, and for the words about a start that failed. */
  probe(): Promise<ProbeResult>;
  /** Rejects when the engine does not answer. */
  inspect(): Promise<ContainerObservation | null>;
  /** As the engine tells it. May reject. */
  cpuTimeMs(): Promise<number | null>;
  /** What it means that the container has ended. */
  explainEnd(observation: ContainerObservation | null, said: string | null): AppError;
}

export interface ReadinessLimits {
  /** Asked again and again: a machine may become busy, or less so, during the start. */
  readonly patience: () => StartPatience;
  /** A container that has said nothing for so long has no supervisor of ours: that speaks before it does anything else. */
  readonly silentAfterMs: number;
  readonly pollMs: number;
  readonly inspectEveryMs: number;
}

export const readinessDefaults = { silentAfterMs: 3_000, pollMs: 100, inspectEveryMs: 1_000 } as const;

/**
 * The judge of whether a start is ready. Its supervisor's word decides: it has asked the gateway itself, and warmed it up. Only of a container
 * that says nothing the gateway is asked. Rejects with `explainEnd` when the container ends, with `agent_not_ready` when it makes no progress
 * any more or never comes to an end, and with the signal's reason.
 */
export async function waitUntilReady(sources: ReadinessSources, limits: ReadinessLimits, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  const progress = new Progress(startedAtMs);
  let inspectedAtMs = startedAtMs;
  for (;;) {
    signal.throwIfAborted();
    const said = sources.said();
    const isAsked = !said.hasSpoken && performance.now() - startedAtMs >= limits.silentAfterMs;
    const probed = isAsked ? await sources.probe() : null;
    if (said.isReady || probed === "ready") {
      return;
    }
    const nowMs = performance.now();
    progress.noteWords(`${probed} ${JSON.stringify(said)}`, nowMs);
    if (said.hasFailed || nowMs - inspectedAtMs >= limits.inspectEveryMs) {
      inspectedAtMs = nowMs;
      await assertRunning(sources, said);
      progress.noteWork(await sources.cpuTimeMs().catch(() => null), nowMs);
    }
    const elapsedMs = nowMs - startedAtMs;
    const verdict = judgeStart({ elapsedMs, sinceProgressMs: nowMs - progress.lastAtMs }, limits.patience());
    if (verdict !== "wait") {
      const isListening = (probed ?? (await sources.probe())) !== "silent";
      throw notReadyInTime(elapsedMs, { isListening, isWorking: verdict === "endless" }, said.detail);
    }
    await sleep(limits.pollMs);
  }
}

/** Of a processor: less is what software uses that only waits. */
const leastShareOfWork = 0.03;

/** When a start was last seen to get on. */
class Progress {
  lastAtMs: number;
  private words = "";
  private cpu: { readonly ms: number; readonly atMs: number } | null = null;

  constructor(startedAtMs: number) {
    this.lastAtMs = startedAtMs;
  }

  noteWords(words: string, nowMs: number): void {
    if (words !== this.words) {
      this.words = words;
      this.lastAtMs = nowMs;
    }
  }

  noteWork(cpuMs: number | null, nowMs: number): void {
    if (cpuMs !== null && this.cpu !== null && cpuMs - this.cpu.ms >= leastShareOfWork * (nowMs - this.cpu.atMs)) {
      this.lastAtMs = nowMs;
    }
    this.cpu = cpuMs === null ? null : { ms: cpuMs, atMs: nowMs };
  }
}

async function assertRunning(sources: ReadinessSources, said: SupervisorWord): Promise<void> {
  // An engine that does not answer for a moment does not stop a container: time decides.
  const observation = await sources.inspect().catch(() => undefined);
  if (observation !== undefined && observation?.state !== "running") {
    throw sources.explainEnd(observation, said.detail);
  }
}
