import type { IncomingMessage } from "node:http";
import { DemoHttpError } from "./demo-request.js";

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** Reads a JSON body within limits; also takes one that a framework in front has parsed. */
export async function readJsonBody(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  if ("body" in request && request.body !== undefined) return request.body;
  const text = await readText(request, limits);
  try {
    return JSON.parse(text);
  } catch {
    throw new DemoHttpError(400, "We could not parse the JSON body of your request.");
  }
}

function readText(request: IncomingMessage, limits: BodyLimits): Promise<string> {
  if (Number(request.headers["content-length"] ?? 0) > limits.maxBytes) {
    return Promise.reject(tooLarge(limits));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => fail(new DemoHttpError(408, "The body did not arrive in time.")), limits.timeoutMs);
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.maxBytes) fail(tooLarge(limits));
      else chunks.push(chunk);
    };
    const fail = (error: Error): void => {
      clearTimeout(timer);
      request.off("data", onData);
      request.resume();
      reject(error);
    };
    request.on("data", onData);
    request.once("error", fail);
    request.once("close", () => fail(new DemoHttpError(400, "The client left.")));
    request.once("end", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString("utf8"));
    });
  });
}

function tooLarge(limits: BodyLimits): DemoHttpError {
  return new DemoHttpError(413, `The body is larger than ${limits.maxBytes} bytes.`);
}
