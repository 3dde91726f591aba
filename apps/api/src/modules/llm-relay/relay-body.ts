import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "../../platform/errors/app-error.js";

export interface BodyLimits {
  readonly maxBytes: number;
  readonly arrivalMs: number;
}

/** How many bytes a body says that it has; as many as it may have when it does not say. Throws `body_too_large`, `unsupported_media_type`. */
export function announcedBytes(request: IncomingMessage, maxBytes: number): number {
  if ((request.headers["content-encoding"] ?? "identity") !== "identity") {
    throw new AppError("unsupported_media_type", { detail: "Send the request without compression." });
  }
  const length = request.headers["content-length"];
  const bytes = length === undefined ? maxBytes : Number(length);
  if (!(bytes <= maxBytes)) {
    throw new AppError("body_too_large", { detail: `A call to a model has at most ${Math.floor(maxBytes / 1024 / 1024)} MB.` });
  }
  return bytes;
}

/** Reads a body of at most so many bytes. Throws `body_too_large`, and `invalid_input` when it does not arrive in time. */
export async function readBody(request: IncomingMessage, { maxBytes, arrivalMs }: BodyLimits): Promise<Buffer> {
  const known = Number(request.headers["content-length"] ?? 0);
  let body = Buffer.allocUnsafe(Math.min(known > 0 ? known : 64 * 1024, maxBytes));
  let size = 0;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const late = setTimeout(() => reject(new AppError("invalid_input", { detail: "The request did not arrive in time." })), arrivalMs);
  const onData = (chunk: Buffer): void => {
    if (size + chunk.length > maxBytes) {
      reject(new AppError("body_too_large"));
      return;
    }
    if (size + chunk.length > body.length) {
      const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(body.length * 2, size + chunk.length)));
      body.copy(larger, 0, 0, size);
      body = larger;
    }
    size += chunk.copy(body, size);
  };
  const onBroken = (): void => reject(new AppError("invalid_input", { detail: "The request broke off." }));
  request.on("data", onData).once("end", resolve).once("error", onBroken).once("close", onBroken);
  try {
    await promise;
    return body.subarray(0, size);
  } finally {
    clearTimeout(late);
    request.off("data", onData).off("end", resolve).off("close", onBroken);
  }
}

/** A body that nobody wanted is not read to its end, which may never come: its connection ends with the answer. */
export function cutOffUnread(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) {
    return;
  }
  if (!response.headersSent) {
    response.setHeader("connection", "close");
  }
  response.once("finish", () => request.destroy());
}
