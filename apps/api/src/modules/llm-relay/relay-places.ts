import { AppError } from "../../platform/errors/app-error.js";
import { Places, PlacesTaken } from "../../platform/flow/places.js";

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
  readonly callsInAll: number;
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
  callsInAll: 256,
};

const kilo = 1024;

/** Who may call now, and whose body may be in memory: large bodies of one agent come one after the other. */
export class RelayPlaces {
  readonly #callsOf = new Map<string, number>();
  readonly #largeOf = new Map<string, Places>();
  readonly #small: Places;
  readonly #large: Places;
  #calls = 0;

  constructor(private readonly limits: RelayLimits) {
    this.#small = new Places({ size: Math.ceil(limits.smallBytesInAll / kilo), maxWaiting: limits.callsInAll });
    this.#large = new Places({ size: Math.ceil(limits.largeBytesInAll / kilo), maxWaiting: limits.callsInAll });
  }

  /** Kilobytes that are kept for bodies now. */
  get keptKilobytes(): number {
    return this.#small.takenCount + this.#large.takenCount;
  }

  /** Throws `too_many_requests` for too many calls at once, of this agent or of all. */
  async call<T>(agentId: string, work: () => Promise<T>): Promise<T> {
    const own = this.#callsOf.get(agentId) ?? 0;
    if (own >= this.limits.callsPerAgent) {
      throw new AppError("too_many_requests", { detail: `At most ${this.limits.callsPerAgent} calls to models at once.` });
    }
    if (this.#calls >= this.limits.callsInAll) {
      throw tooBusy();
    }
    this.#calls++;
    this.#callsOf.set(agentId, own + 1);
    try {
      return await work();
    } finally {
      this.#calls--;
      this.#countDown(agentId);
    }
  }

  /** Resolves with what frees the memory again. Throws `too_many_requests` when none gets free in time, and the signal's reason. */
  async keep(agentId: string, bytes: number, signal: AbortSignal): Promise<() => void> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(this.limits.placeWaitMs)]);
    const isSmall = bytes <= this.limits.smallBodyBytes;
    const given: (() => void)[] = [];
    const free = (): void => given.splice(0).forEach((give) => give());
    try {
      if (!isSmall) {
        given.push(await this.#ownLarge(agentId, patience));
      }
      given.push(await (isSmall ? this.#small : this.#large).take({ count: Math.ceil(bytes / kilo), signal: patience }));
      return free;
    } catch (error) {
      free();
      if (error instanceof PlacesTaken || (patience.aborted && !signal.aborted)) {
        throw tooBusy();
      }
      throw error;
    }
  }

  async #ownLarge(agentId: string, signal: AbortSignal): Promise<() => void> {
    const places = this.#largeOf.get(agentId) ?? new Places({ size: 1, maxWaiting: this.limits.callsPerAgent });
    this.#largeOf.set(agentId, places);
    try {
      const leave = await places.take({ signal });
      return () => {
        leave();
        this.#forget(agentId, places);
      };
    } catch (error) {
      this.#forget(agentId, places);
      throw error;
    }
  }

  #forget(agentId: string, places: Places): void {
    if (places.takenCount === 0 && places.waitingCount === 0 && this.#largeOf.get(agentId) === places) {
      this.#largeOf.delete(agentId);
    }
  }

  #countDown(agentId: string): void {
    const left = (this.#callsOf.get(agentId) ?? 1) - 1;
    if (left > 0) {
      this.#callsOf.set(agentId, left);
    } else {
      this.#callsOf.delete(agentId);
    }
  }
}

function tooBusy(): AppError {
  const detail = "Mosaic passes on as much to models as it can at this moment. Try again in a few seconds.";
  return new AppError("too_many_requests", { detail, retryAfterSeconds: 5 });
}
