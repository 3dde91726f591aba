import { AppError } from "../../platform/errors/app-error.js";
import { Places, PlacesTaken } from "../../platform/pressure/places.js";

export interface RelayLimits {
  readonly maxBodyBytes: number;
  /** A body up to this counts as small: a long conversation without pictures. */
  readonly smallBodyBytes: number;
  /** Of all bodies under way to providers, small and large. */
  readonly smallBytesInAll: number;
  readonly largeBytesInAll: number;
  /** How long a body waits for its place, and then may take to arrive. */
  readonly placeWaitMs: number;
  readonly arrivalMs: number;
  readonly callsPerAgent: number;
  readonly callsPerOwner: number;
  readonly callsInAll: number;
}

/** An agent, and who may have others beside it: what counts is what all of them take together. */
export interface RelayCaller {
  readonly agentId: string;
  /** The agent itself where nobody owns it. */
  readonly ownerId: string;
}

export const RELAY_LIMITS = Symbol("RELAY_LIMITS");

const mega = 1024 * 1024;

export const relayLimits: RelayLimits = {
  maxBodyBytes: 32 * mega,
  smallBodyBytes: mega,
  smallBytesInAll: 32 * mega,
  largeBytesInAll: 64 * mega,
  placeWaitMs: 30_000,
  arrivalMs: 20_000,
  callsPerAgent: 8,
  callsPerOwner: 32,
  callsInAll: 256,
};

const kilo = 1024;
/** Of the memory for bodies, what one owner's may take; one large body always may. */
const ownersPart = 1 / 4;

/** Who may call now, and whose body may be in memory: owners take turns, however many agents they have. */
export class RelayPlaces {
  private readonly callsOf = new Map<string, number>();
  private readonly small: Places;
  private readonly large: Places;
  private calls = 0;

  constructor(private readonly limits: RelayLimits) {
    const { smallBytesInAll, largeBytesInAll, smallBodyBytes, maxBodyBytes } = limits;
    this.small = memory(smallBytesInAll, smallBodyBytes, limits);
    this.large = memory(largeBytesInAll, maxBodyBytes, limits);
  }

  /** Kilobytes that are kept for bodies now. */
  get keptKilobytes(): number {
    return this.small.takenCount + this.large.takenCount;
  }

  /** Throws `too_many_requests` for too many calls at once, of this agent, of its owner's agents or of all. */
  async call<T>({ agentId, ownerId }: RelayCaller, work: () => Promise<T>): Promise<T> {
    const { callsPerAgent, callsPerOwner, callsInAll } = this.limits;
    const counted = [`agent ${agentId}`, `owner ${ownerId}`] as const;
    const [ofAgent, ofOwner] = counted;
    if (this.countOf(ofAgent) >= callsPerAgent) {
      throw new AppError("too_many_requests", { detail: `At most ${callsPerAgent} calls to models at once.` });
    }
    if (this.countOf(ofOwner) >= callsPerOwner) {
      const detail = `At most ${callsPerOwner} calls to models at once of all agents of one person.`;
      throw new AppError("too_many_requests", { detail, retryAfterSeconds: 5 });
    }
    if (this.calls >= callsInAll) {
      throw tooBusy();
    }
    this.calls++;
    counted.forEach((each) => this.count(each, 1));
    try {
      return await work();
    } finally {
      this.calls--;
      counted.forEach((each) => this.count(each, -1));
    }
  }

  /** Resolves with what frees the memory again. Throws `too_many_requests` when none gets free in time, and the signal's reason. */
  async keep(ownerId: string, bytes: number, signal: AbortSignal): Promise<() => void> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(this.limits.placeWaitMs)]);
    const places = bytes <= this.limits.smallBodyBytes ? this.small : this.large;
    try {
      return await places.take({ count: Math.ceil(bytes / kilo), key: ownerId, signal: patience });
    } catch (error) {
      if (error instanceof PlacesTaken || (patience.aborted && !signal.aborted)) {
        throw tooBusy();
      }
      throw error;
    }
  }

  private countOf(key: string): number {
    return this.callsOf.get(key) ?? 0;
  }

  private count(key: string, by: 1 | -1): void {
    const calls = this.countOf(key) + by;
    if (calls > 0) {
      this.callsOf.set(key, calls);
    } else {
      this.callsOf.delete(key);
    }
  }
}

function memory(bytes: number, largestBody: number, { callsInAll }: RelayLimits): Places {
  const sizePerKey = Math.ceil(Math.max(bytes * ownersPart, largestBody) / kilo);
  return new Places({ size: Math.ceil(bytes / kilo), sizePerKey, maxWaiting: callsInAll });
}

function tooBusy(): AppError {
  const detail = "Mosaic can't pass on more to models right now. Try again in a few seconds.";
  return new AppError("too_many_requests", { detail, retryAfterSeconds: 5 });
}
