import type { IncomingMessage } from "node:http";
import { type Duplex, PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { fromSystemError, OutboundError, tooLarge } from "./outbound-error.js";

const decoders: Readonly<Record<string, () => Duplex>> = {
  "": () => new PassThrough(),
  identity: () => new PassThrough(),
  gzip: () => createGunzip(),
  "x-gzip": () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
};

/** What `readBoundedBody` undoes. */
export const acceptedEncodings = "gzip, deflate, br";

export function isEncoded(response: IncomingMessage): boolean {
  return !["", "identity"].includes(encodingOf(response));
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
  const decoder = decoders[encodingOf(response)];
  if (decoder === undefined) {
    throw new OutboundError("bad_answer", `${host} encodes its answer in a way that Mosaic does not read.`, { host, reason: "encoding" });
  }
  if (Number(response.headers["content-length"] ?? 0) > maxBytes) {
    throw tooLarge(host, "answer");
  }
  const bounded = boundedBy(maxBytes, host);
  try {
    return await pipeline(response, bounded, decoder(), bounded, buffer, { signal });
  } catch (error) {
    throw fromSystemError(error, host);
  }
}

function encodingOf(response: IncomingMessage): string {
  return (response.headers["content-encoding"] ?? "").trim().toLowerCase();
}

function boundedBy(maxBytes: number, host: string): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* bounded(source) {
    let size = 0;
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes) {
        throw tooLarge(host, "answer");
      }
      yield chunk;
    }
  };
}
