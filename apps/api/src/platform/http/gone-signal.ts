import type { ServerResponse } from "node:http";
import type { Response } from "express";

/** Whoever asked does not wait for the answer any more: nothing is answered, and nothing is wrong. */
export class ClientGoneError extends Error {
  constructor() {
    super("the client left before it was answered");
    this.name = "ClientGoneError";
  }
}

const signals = new WeakMap<Response, AbortSignal>();

/** Aborts when the client leaves before it is answered, at once if it has left already, so that nobody works for who is not there. One for each answer. */
export function goneSignal(response: Response): AbortSignal {
  const known = signals.get(response);
  if (known !== undefined) {
    return known;
  }
  const left = new AbortController();
  signals.set(response, left.signal);
  onClosed(response, () => {
    if (!response.writableFinished) {
      left.abort(new ClientGoneError());
    }
  });
  return left.signal;
}

/** Calls `run` when the answer is out or the client has left: at once where that was before, since Node tells nobody who asks later. */
export function onClosed(response: ServerResponse, run: () => void): void {
  if (response.destroyed) {
    run();
  } else {
    response.once("close", run);
  }
}
