import { pipeline } from "node:stream/promises";
import { isImageType } from "@mosaic/contracts/files";
import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { ClientGoneError } from "../../platform/http/gone-signal.js";
import type { OpenFile } from "./files.types.js";

/** A reader that takes nothing for so long has left without saying so. */
const maxStallMs = 60_000;
/** Nothing of a file may run, load anything, or be a part of another page, whatever a browser takes it for. */
const filePolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";

/** As a file to be kept: a browser is told nothing that it could show. */
export async function sendFile(response: Response, file: OpenFile): Promise<void> {
  response.attachment(file.name);
  await send(response, file, "application/octet-stream");
}

/** To be looked at: images as the kind that their content is, text as nothing but text. Throws `not_found` for all others. */
export async function sendPreview(response: Response, file: OpenFile): Promise<void> {
  const isText = file.mediaType === "text/plain";
  if (!isText && !isImageType(file.mediaType)) {
    throw new AppError("not_found", { detail: "There is no preview of this file. Download it instead." });
  }
  response.setHeader("content-disposition", "inline");
  response.setHeader("cache-control", "private, max-age=300");
  await send(response, file, isText ? "text/plain; charset=utf-8" : file.mediaType);
}

async function send(response: Response, file: OpenFile, mediaType: string): Promise<void> {
  response.setHeader("content-type", mediaType);
  response.setHeader("content-length", file.sizeBytes);
  response.setHeader("content-security-policy", filePolicy);
  response.setHeader("x-content-type-options", "nosniff");
  const stalled = (): void => void response.destroy();
  response.setTimeout(maxStallMs, stalled);
  try {
    await pipeline(file.content(), response);
  } catch (error) {
    if (!response.headersSent) {
      throw error;
    }
    // The head is out: whoever reads it sees that the rest is missing.
    response.destroy();
    throw (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE" ? new ClientGoneError() : error;
  }
}
