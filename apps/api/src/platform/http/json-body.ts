import express, { type Request, type Response } from "express";

/** A whole conversation with pictures goes to a model in one call. */
const relayLimit = "32mb";

const relayed = express.json({ limit: relayLimit, strict: true });

/** The body of a call to a model, which is stored nowhere and may hold anything. Rejects with the errors of Express' parser. */
export async function readRelayedJson(request: Request, response: Response): Promise<unknown> {
  await new Promise<void>((resolve, reject) => {
    relayed(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  const body: unknown = request.body;
  // Small in bytes, large in objects: the request lives as long as the answer, and must not keep them.
  request.body = undefined;
  return body;
}
