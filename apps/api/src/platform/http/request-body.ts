import type { Request, Response } from "express";
import { AppError } from "../errors/app-error.js";
import { receiveBody, type BodyFault } from "@mosaic/incoming/bounded-body";
import { ClientGoneError } from "./gone-signal.js";
import { faultOfJsonText } from "./json-text.js";

const decoder = new TextDecoder("utf-8", { fatal: true });

export interface BodyLimits {
  readonly bytes: number;
  readonly timeoutMs: number;
  /** Values in it, however deep. Absent: as many as a request of the contract may have. */
  readonly values?: number;
}

/**
 * The JSON of a request, or `undefined` if it has no body. Whoever calls it has found out who sends: until then nothing of a body is read.
 * Rejects with `body_too_large`, `body_too_slow`, `malformed_body` or `unsupported_media_type`.
 */
export async function readJsonBody(request: Request, response: Response, limits: BodyLimits): Promise<unknown> {
  if (!hasBody(request)) {
    return undefined;
  }
  assertPlainJson(request);
  if (Number(request.headers["content-length"] ?? 0) > limits.bytes) {
    throw tooLarge(limits.bytes);
  }
  if (request.headers.expect !== undefined) {
    response.writeContinue();
  }
  return parseJson(
    await receiveBody(request, { maxBytes: limits.bytes, arrivalMs: limits.timeoutMs }, (fault) => refusalOf(fault, limits)),
    limits.values,
  );
}

function hasBody(request: Request): boolean {
  const length = request.headers["content-length"];
  return request.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/** JSON in UTF-8 is the only JSON there is (RFC 8259), and what is compressed has a size that only unpacking shows. */
function assertPlainJson(request: Request): void {
  const [type = "", ...parameters] = (request.headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("charset="));
  if (type.trim() !== "application/json" || !/^charset="?utf-?8"?$/.test(charset ?? "charset=utf-8")) {
    throw new AppError("unsupported_media_type", { detail: 'Send the body as "Content-Type: application/json", in UTF-8.' });
  }
  if ((request.headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    throw new AppError("unsupported_media_type", { detail: "Send the body without compression (Content-Encoding)." });
  }
}

function parseJson(bytes: Buffer, maxValues?: number): unknown {
  const text = decode(bytes);
  const fault = faultOfJsonText(text, maxValues);
  if (fault !== null) {
    throw new AppError("malformed_body", { detail: fault });
  }
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    throw new AppError("malformed_body", { detail: "The body is not JSON." });
  }
  if (typeof value !== "object" || value === null) {
    throw new AppError("malformed_body", { detail: "Send a JSON object." });
  }
  return value;
}

function decode(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new AppError("malformed_body", { detail: "The body is not UTF-8 text." });
  }
}

function refusalOf(fault: BodyFault, limits: BodyLimits): Error {
  switch (fault) {
    case "too_large":
      return tooLarge(limits.bytes);
    case "late":
      return tooSlow(limits.timeoutMs);
    case "broken_off":
      return new AppError("malformed_body", { detail: "The connection ended before the body did." });
    case "gone":
      return new ClientGoneError();
  }
}

function tooLarge(bytes: number): AppError {
  return new AppError("body_too_large", { detail: `This route takes at most ${Math.floor(bytes / 1024)} kB.` });
}

function tooSlow(timeoutMs: number): AppError {
  return new AppError("body_too_slow", {
    detail: `The rest of the request did not arrive within ${Math.round(timeoutMs / 1000)} seconds. Send it again.`,
  });
}
