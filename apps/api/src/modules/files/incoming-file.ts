import { fileNameHeader, maxFileBytes } from "@mosaic/contracts/files";
import type { Request, Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { ClientGoneError } from "../../platform/http/gone-signal.js";

/** How a body that is a file is taken. */
interface UploadLimits {
  /** Without a byte. */
  readonly silenceMs: number;
  readonly wholeMs: number;
}

export const uploadLimits: UploadLimits = { silenceMs: 20_000, wholeMs: 9 * 60_000 };

/** What the head of an upload says. Nothing of its body was read. Throws `invalid_input`, `unsupported_media_type` or `file_too_large`. */
export function headOf(request: Request): { name: string; sizeBytes: number } {
  const [type = ""] = (request.headers["content-type"] ?? "").toLowerCase().split(";");
  if (type.trim() !== "application/octet-stream") {
    throw new AppError("unsupported_media_type", { detail: 'Send the file as "Content-Type: application/octet-stream".' });
  }
  if ((request.headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    throw new AppError("unsupported_media_type", { detail: "Send the file without compression (Content-Encoding)." });
  }
  const sizeBytes = Number(request.headers["content-length"] ?? Number.NaN);
  if (!Number.isInteger(sizeBytes)) {
    throw new AppError("invalid_input", { detail: "Say how large the file is: Content-Length." });
  }
  if (sizeBytes === 0) {
    throw new AppError("invalid_input", { detail: "The file is empty." });
  }
  if (sizeBytes > maxFileBytes) {
    throw new AppError("file_too_large", { detail: `A file may have ${maxFileBytes / 1024 / 1024} MB. This one was not stored.` });
  }
  return { name: nameOf(request), sizeBytes };
}

function nameOf(request: Request): string {
  try {
    return decodeURIComponent(request.get(fileNameHeader) ?? "");
  } catch {
    throw new AppError("invalid_input", { detail: `The name in ${fileNameHeader} has to be percent-encoded UTF-8.` });
  }
}

/**
 * The body of a request as it comes: no more is read than is asked for. Throws `body_too_slow`, which its sender can still be told, or
 * `ClientGoneError` when they left.
 */
export async function* contentOf(request: Request, response: Response, limits: UploadLimits): AsyncGenerator<Buffer> {
  if (request.headers.expect !== undefined) {
    response.writeContinue();
  }
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => undefined);
  const giveUp = (): void =>
    late.reject(new AppError("body_too_slow", { detail: "The file did not arrive in time, so it was not stored. Send it again." }));
  const whole = setTimeout(giveUp, limits.wholeMs);
  const chunks = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const silence = setTimeout(giveUp, limits.silenceMs);
      const next = await Promise.race([nextOf(chunks), late.promise]).finally(() => clearTimeout(silence));
      if (next.done === true) {
        break;
      }
      yield next.value;
    }
  } finally {
    clearTimeout(whole);
  }
  if (!request.complete) {
    throw new ClientGoneError();
  }
}

async function nextOf(chunks: AsyncIterator<unknown>): Promise<IteratorResult<Buffer>> {
  try {
    return (await chunks.next()) as IteratorResult<Buffer>;
  } catch {
    throw new ClientGoneError();
  }
}
