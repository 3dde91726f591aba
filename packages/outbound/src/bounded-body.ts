import type { Duplex, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { readBounded } from "@mosaic/incoming/bounded-body";
import { fromSystemError, OutboundError, tooLargeAnswer } from "./outbound-error.js";

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

export function isEncoded(headers: Headers): boolean {
  return decoderOf(headers) !== null;
}

/**
 * The whole body, decoded, if it is at most `maxBytes` long both as sent and as decoded: what is longer is never held in memory.
 * A body that was encoded more than once is refused, as each coding multiplies what a few bytes can become.
 */
export async function readBoundedBody(body: Readable, headers: Headers, maxBytes: number, host: string): Promise<Buffer<ArrayBuffer>> {
  const newDecoder = decoderOf(headers);
  if (newDecoder === undefined) {
    throw new OutboundError("bad_answer", `${host} encodes its answer in a way that Mosaic does not read.`, { host, reason: "encoding" });
  }
  const refusal = (): OutboundError => tooLargeAnswer(host);
  try {
    const sent = await readBounded(body, maxBytes, refusal, headers.get("content-length"));
    return newDecoder === null ? sent : await readBounded(newDecoder().end(sent), maxBytes, refusal);
  } catch (error) {
    throw fromSystemError(error, host);
  }
}

function decoderOf(headers: Headers): (() => Duplex) | null | undefined {
  return decoders.get((headers.get("content-encoding") ?? "").trim().toLowerCase());
}
