/** A start that wants its turn. */
export interface BootRequest {
  readonly agentId: string;
  /** Tells this start of the agent from others: the hash of its token. */
  readonly startId: string;
  /** `null`: a system agent's. */
  readonly ownerId: string | null;
  /** The advisory lock that this start holds: the place is free as soon as nobody does. */
  readonly lockKey: string;
  /** Nobody waits for it. */
  readonly isBackground: boolean;
}

export interface BootWaiting {
  /** Told at once and whenever it changes; 1 is the next one. Not told at all when there is room. */
  readonly onPlace: (place: number) => void;
  /** The agent was stopped, or started by somebody else: the start is not wanted any more. */
  readonly onSuperseded: () => void;
  readonly signal: AbortSignal;
}

/** How a start stands in the queue. */
export interface BootStanding {
  readonly startId: string;
  /** `null`: it has its turn. */
  readonly place: number | null;
  /** Whether it is still the start that the agent's row speaks of. */
  readonly isUnderWay: boolean;
}
