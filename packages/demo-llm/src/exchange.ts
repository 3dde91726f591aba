import type { ServerResponse } from "node:http";

/** One response, and whether its client is still there. */
export interface Exchange {
  readonly response: ServerResponse;
  /** Aborted when the connection ends before the answer does. */
  readonly signal: AbortSignal;
  /** True when it was the client who ended it, not `breakOff`. */
  hasClientLeft(): boolean;
  /** Resolves when it is written, waiting for a slow reader; rejects when the client leaves. */
  write(text: string): Promise<void>;
  /** Destroys the connection, after what was written has gone out. */
  breakOff(): void;
}

export function openExchange(response: ServerResponse): Exchange {
  const departure = new AbortController();
  const { signal } = departure;
  let isBrokenOff = false;
  response.once("close", () => {
    if (!response.writableFinished) departure.abort(new Error("The connection ended."));
  });
  return {
    response,
    signal,
    hasClientLeft: () => !response.writableFinished && !isBrokenOff,
    write: (text) => write(response, text, signal),
    breakOff: () => {
      isBrokenOff = true;
      if (response.headersSent) response.socket?.destroySoon();
      else response.socket?.resetAndDestroy();
    },
  };
}

function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (text === "" || response.write(text)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onDrain = (): void => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    };
    const onAbort = (): void => {
      response.off("drain", onDrain);
      reject(signal.reason);
    };
    response.once("drain", onDrain);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Waits, but not longer than the client does. */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (durationMs <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, durationMs);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
