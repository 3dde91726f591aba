import { untilAborted } from "./until-aborted.js";

type Progress<P> = (progress: P) => void;

interface Flight<P> {
  readonly result: Promise<void>;
  readonly listeners: Set<Progress<P>>;
  readonly abort: AbortController;
  latest: P | undefined;
}

/** One piece of work per key, however many ask for it. It goes on until it is done or the last one who waits for it has given up. */
export class SharedTasks<P> {
  private readonly flights = new Map<string, Flight<P>>();

  async run(
    key: string,
    work: (onProgress: Progress<P>, signal: AbortSignal) => Promise<void>,
    onProgress: Progress<P>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const flight = this.flights.get(key) ?? this.begin(key, work);
    // A set of closures, not of the callers' functions: two callers may pass the same one.
    const listener = (progress: P) => onProgress(progress);
    flight.listeners.add(listener);
    if (flight.latest !== undefined) listener(flight.latest);
    try {
      await untilAborted(flight.result, signal);
    } finally {
      flight.listeners.delete(listener);
      if (flight.listeners.size === 0) {
        this.forget(key, flight);
        flight.abort.abort();
      }
    }
  }

  private begin(key: string, work: (onProgress: Progress<P>, signal: AbortSignal) => Promise<void>): Flight<P> {
    const abort = new AbortController();
    const listeners = new Set<Progress<P>>();
    const report = (progress: P) => {
      flight.latest = progress;
      for (const listener of listeners) listener(progress);
    };
    const flight: Flight<P> = {
      result: Promise.resolve()
        .then(() => work(report, abort.signal))
        .finally(() => this.forget(key, flight)),
      listeners,
      abort,
      latest: undefined,
    };
    this.flights.set(key, flight);
    return flight;
  }

  private forget(key: string, flight: Flight<P>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}
