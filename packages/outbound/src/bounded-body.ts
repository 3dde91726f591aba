import type { IncomingMessage } from "node:http";
import { addAbortSignal, type Duplex } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { readBounded } from "@mosaic/incoming/bounded-body";
import { fromSystemError, OutboundError, tooLarge } from "./outbound-error.js";

/** `null`: it is read as it was sent. */
const decoders: ReadonlyMap<string, (() => Duplex) | null> = new Map([
  ["", null],
  ["identity", null],
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/** What `readBoundedBody` undoes. */
export const acceptedEncodings = "gzip, deflate, br";

export function isEncoded(response: IncomingMessage): boolean {
  return decoderOf(response) !== null;
}

/**
 * The whole body, decoded, if it is at most `maxBytes` long both as sent and as decoded: what is longer is never held in memory.
 * A body that was encoded more than once is refused, as each coding multiplies what a few bytes can become.
 */
export async function readBoundedBody(
  response: IncomingMessage,
  maxBytes: number,
  host: string,
  signal: AbortSignal,
): Promise<Buffer<ArrayBuffer>> {
  const newDecoder = decoderOf(response);
  if (newDecoder === undefined) {
    throw new OutboundError("bad_answer", `${host} encodes its answer in a way that Mosaic does not read.`, { host, reason: "encoding" });
  }
  const refusal = (): OutboundError => tooLarge(host, "answer");
  try {
    const sent = await readBounded(addAbortSignal(signal, response), maxBytes, refusal);
    return newDecoder === null ? sent : await readBounded(newDecoder().end(sent), maxBytes, refusal);
  } catch (error) {
    throw fromSystemError(error, host);
  }
}

function decoderOf(response: IncomingMessage): (() => Duplex) | null | undefined {
  return decoders.get((response.headers["content-encoding"] ?? "").trim().toLowerCase());
}
