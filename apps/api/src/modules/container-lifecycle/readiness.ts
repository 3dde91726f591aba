import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerObservation } from "@mosaic/runtime/agent-runtime";
import type { ProbeResult } from "./gateway-probe.js";
import { exitedWhileStarting, notReadyInTime } from "./start-failure.js";

/** What the supervisor has told of the start so far. */
export interface SupervisorWord {
  readonly isReady: boolean;
  readonly hasFailed: boolean;
  readonly detail: string | null;
}

export interface ReadinessSources {
  probe(): Promise<ProbeResult>;
  said(): SupervisorWord;
  /** Rejects when the engine does not answer. */
  inspect(): Promise<ContainerObservation | null>;
}

export interface ReadinessLimits {
  readonly timeoutMs: number;
  /** How long a gateway that answers is given to be warmed up by a supervisor that says nothing. */
  readonly reportGraceMs: number;
  readonly pollMs: number;
  readonly inspectEveryMs: number;
}

export const readinessDefaults = { reportGraceMs: 10_000, pollMs: 100, inspectEveryMs: 1_000 } as const;

/**
 * Resolves once the gateway is ready, knows our token, and is warmed up. Rejects with `agent_start_failed` when the container ends,
 * with `agent_not_ready` when time is up, and with the signal's reason.
 */
export async function waitUntilReady(sources: ReadinessSources, limits: ReadinessLimits, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  let answeredAtMs: number | null = null;
  let inspectedAtMs = startedAtMs;
  let last: ProbeResult = "silent";
  for (;;) {
    signal.throwIfAborted();
    last = await sources.probe();
    const nowMs = performance.now();
    answeredAtMs = last === "ready" ? (answeredAtMs ?? nowMs) : null;
    const said = sources.said();
    if (answeredAtMs !== null && (said.isReady || nowMs - answeredAtMs >= limits.reportGraceMs)) {
      return;
    }
    if (said.hasFailed || nowMs - inspectedAtMs >= limits.inspectEveryMs) {
      inspectedAtMs = nowMs;
      await assertRunning(sources, said);
    }
    if (nowMs - startedAtMs >= limits.timeoutMs) {
      throw notReadyInTime(limits.timeoutMs, last !== "silent", said.detail);
    }
    await sleep(limits.pollMs);
  }
}

async function assertRunning(sources: ReadinessSources, said: SupervisorWord): Promise<void> {
  // An engine that does not answer for a moment does not stop a container: time decides.
  const observation = await sources.inspect().catch(() => undefined);
  if (observation !== undefined && observation?.state !== "running") {
    throw exitedWhileStarting(observation, said.detail);
  }
}
