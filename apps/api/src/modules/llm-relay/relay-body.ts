import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "../../platform/errors/app-error.js";
import { receiveBody, type BodyFault, type BodyLimits } from "@mosaic/incoming/bounded-body";

const refusals: Readonly<Record<BodyFault, () => AppError>> = {
  too_large: () => new AppError("body_too_large"),
  late: () => new AppError("invalid_input", { detail: "The request did not arrive in time." }),
  broken_off: () => new AppError("invalid_input", { detail: "The request broke off." }),
  gone: () => new AppError("invalid_input", { detail: "The request broke off." }),
};

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
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return receiveBody(request, limits, (fault) => refusals[fault]());
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
