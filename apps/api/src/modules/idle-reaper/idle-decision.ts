import type { ContainerStatus } from "@mosaic/contracts/agent";

export interface IdleCandidate {
  readonly status: ContainerStatus;
  /** 0 = never. */
  readonly idleTimeoutSeconds: number;
  readonly lastActiveAt: Date;
  readonly hasTurnInFlight: boolean;
}

/** The last moment at which an agent may have been used to count as idle now; `null` if it never does. */
export function idleSince(idleTimeoutSeconds: number, now: Date): Date | null {
  return idleTimeoutSeconds > 0 ? new Date(now.getTime() - idleTimeoutSeconds * 1000) : null;
}

/** Whether an agent is idle for longer than its timeout and nobody waits for it. */
export function shouldStop({ status, idleTimeoutSeconds, lastActiveAt, hasTurnInFlight }: IdleCandidate, now: Date): boolean {
  const since = idleSince(idleTimeoutSeconds, now);
  return status === "running" && !hasTurnInFlight && since !== null && lastActiveAt.getTime() <= since.getTime();
}
