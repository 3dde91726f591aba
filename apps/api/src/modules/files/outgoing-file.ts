import { pipeline } from "node:stream/promises";
import { isImageType } from "@mosaic/contracts/files";
import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { ClientGoneError } from "../../platform/http/gone-signal.js";
import { LeastPace, paced, type PaceLimits } from "../../platform/http/least-pace.js";
import type { OpenFile } from "./files.types.js";

/** How a file is taken, so that tests can lower it. */
export interface OutgoingLimits {
  /** A reader that takes nothing for so long has left without saying so. */
  readonly stallMs: number;
  readonly wholeMs: number;
  readonly pace: PaceLimits;
}

export const outgoingLimits: OutgoingLimits = {
  stallMs: 60_000,
  wholeMs: 10 * 60_000,
  pace: { bytesPerSecond: 16_000, windowMs: 30_000, checkEveryMs: 15_000 },
};

/** Nothing of a file may run, load anything, or be a part of another page, whatever a browser takes it for. */
const filePolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";

/** As a file to be kept: a browser is told nothing that it could show. */
export async function sendFile(response: Response, file: OpenFile, limits = outgoingLimits): Promise<void> {
  response.attachment(file.name);
  await send(response, file, { mediaType: "application/octet-stream", limits });
}

/** To be looked at: images as the kind that their content is, text as nothing but text. Throws `not_found` for all others. */
export async function sendPreview(response: Response, file: OpenFile, limits = outgoingLimits): Promise<void> {
  const isText = file.mediaType === "text/plain";
  if (!isText && !isImageType(file.mediaType)) {
    throw new AppError("not_found", { detail: "There is no preview of this file. Download it instead." });
  }
  response.setHeader("content-disposition", "inline");
  response.setHeader("cache-control", "private, max-age=300");
  await send(response, file, { mediaType: isText ? "text/plain; charset=utf-8" : file.mediaType, limits });
}

async function send(
  response: Response,
  file: OpenFile,
  { mediaType, limits }: { readonly mediaType: string; readonly limits: OutgoingLimits },
): Promise<void> {
  response.setHeader("content-type", mediaType);
  response.setHeader("content-length", file.sizeBytes);
  response.setHeader("content-security-policy", filePolicy);
  response.setHeader("x-content-type-options", "nosniff");
  const cutOff = (): void => void response.destroy();
  response.setTimeout(limits.stallMs, cutOff);
  const whole = setTimeout(cutOff, limits.wholeMs);
  const pace = new LeastPace(limits.pace, cutOff);
  try {
    await pipeline(paced(file.content(), pace), response);
  } catch (error) {
    if (!response.headersSent) {
      throw error;
    }
    // The head is out: whoever reads it sees that the rest is missing.
    response.destroy();
    throw (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE" ? new ClientGoneError() : error;
  } finally {
    clearTimeout(whole);
    pace.end();
  }
}
