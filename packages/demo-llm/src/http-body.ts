import type { IncomingMessage } from "node:http";
import { receiveBody, type BodyFault, type BodyLimits } from "@mosaic/incoming/bounded-body";
import { DemoHttpError } from "./demo-request.js";

/** Reads a JSON body within limits; also takes one that a framework in front has parsed. */
export async function readJsonBody(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  if ("body" in request && request.body !== undefined) return request.body;
  const body = await receiveBody(request, limits, (fault) => {
    request.resume();
    return refusalOf(fault, limits);
  });
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new DemoHttpError(400, "We could not parse the JSON body of your request.");
  }
}

function refusalOf(fault: BodyFault, { maxBytes }: BodyLimits): DemoHttpError {
  if (fault === "too_large") return new DemoHttpError(413, `The body is larger than ${maxBytes} bytes.`);
  if (fault === "late") return new DemoHttpError(408, "The body did not arrive in time.");
  return new DemoHttpError(400, "The client left.");
}
