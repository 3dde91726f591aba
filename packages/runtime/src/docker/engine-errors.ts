import { RuntimeError } from "../agent-runtime.js";
import { isRecord } from "@mosaic/incoming/records";

/** The engine answered, and the answer is no. */
export class EngineRefusal extends RuntimeError {
  readonly statusCode: number;
  /** The engine's own words. */
  readonly reason: string;

  constructor(statusCode: number, reason: string, options?: { cause?: unknown }) {
    super("refused", `Docker refused: ${reason}`, options);
    this.statusCode = statusCode;
    this.reason = reason;
  }
}

export function isStatus(error: unknown, ...statusCodes: number[]): error is EngineRefusal {
  return error instanceof EngineRefusal && statusCodes.includes(error.statusCode);
}

const maxReasonLength = 300;

/** `where` is the engine's address as a user would recognise it. */
export function toRuntimeError(error: unknown, where: string): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const fault =
    isRecord(error) || error instanceof Error
      ? (error as { code?: unknown; statusCode?: unknown; json?: unknown; message?: unknown; name?: unknown })
      : {};
  if (typeof fault.statusCode === "number") return new EngineRefusal(fault.statusCode, reasonOf(fault), { cause: error });
  return new RuntimeError("unreachable", unreachableDetail(fault, where), { cause: error });
}

function reasonOf(fault: { json?: unknown; message?: unknown }): string {
  const said = isRecord(fault.json) && typeof fault.json["message"] === "string" ? fault.json["message"] : fault.message;
  const reason = typeof said === "string" ? said.trim() : "";
  return (reason === "" ? "no reason given" : reason).slice(0, maxReasonLength);
}

function unreachableDetail(fault: { code?: unknown; name?: unknown }, where: string): string {
  switch (fault.code) {
    case "ENOENT":
      return `Docker does not answer: there is no ${where}. Is Docker installed and running?`;
    case "ECONNREFUSED":
      return `Docker does not answer at ${where}. Is Docker running?`;
    case "EACCES":
    case "EPERM":
      return `No permission for ${where}. May the user that runs Mosaic use Docker (is it in the "docker" group)?`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `Docker does not answer: the host of ${where} is unknown.`;
    default:
      if (fault.name === "TimeoutError" || fault.code === "ETIMEDOUT") {
        return `Docker at ${where} did not answer in time. Is it overloaded or hung?`;
      }
      return `The connection to Docker at ${where} broke off. Is Docker running?`;
  }
}
