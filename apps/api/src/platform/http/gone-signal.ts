import type { ServerResponse } from "node:http";
import type { Response } from "express";

/** Whoever asked does not wait for the answer any more: nothing is answered, and nothing is wrong. */
export class ClientGoneError extends Error {
  constructor() {
    super("the client left before it was answered");
    this.name = "ClientGoneError";
  }
}

/** Aborts when the client leaves before it is answered, at once if it has left already, so that nobody works for who is not there. */
export function goneSignal(response: Response): AbortSignal {
  const left = new AbortController();
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
