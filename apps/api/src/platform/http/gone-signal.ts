import type { Response } from "express";

/** Whoever asked does not wait for the answer any more: nothing is answered, and nothing is wrong. */
export class ClientGoneError extends Error {
  constructor() {
    super("the client left before it was answered");
    this.name = "ClientGoneError";
  }
}

/** Aborts when the client leaves before it is answered, so that nobody works for who is not there. */
export function goneSignal(response: Response): AbortSignal {
  const left = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) {
      left.abort(new ClientGoneError());
    }
  });
  return left.signal;
}
