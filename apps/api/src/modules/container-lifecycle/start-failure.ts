import type { ProblemCode } from "@mosaic/contracts/problem";
import { RuntimeError, type ContainerObservation, type RuntimeErrorCode } from "@mosaic/runtime/agent-runtime";
import { isDatabaseUnavailable } from "../../platform/database/database-errors.js";
import { AppError } from "../../platform/errors/app-error.js";

const codes: Readonly<Record<RuntimeErrorCode, ProblemCode>> = {
  unreachable: "runtime_unavailable",
  image_missing: "image_missing",
  install_failed: "install_failed",
  name_taken: "runtime_refused",
  refused: "runtime_refused",
  not_found: "agent_start_failed",
};

/** A runtime's error in the words of the API. Its detail is already written for the user. */
export function toStartError(error: unknown): AppError {
  if (error instanceof AppError) {
    return error;
  }
  if (error instanceof RuntimeError) {
    return new AppError(codes[error.code], { detail: error.detail, cause: error });
  }
  if (isDatabaseUnavailable(error)) {
    return new AppError("database_unavailable", {
      detail: "It went away while the agent was starting. Try again in a moment.",
      cause: error,
    });
  }
  return new AppError("agent_start_failed", {
    detail: "Something unexpected happened while the agent was starting. Try again.",
    cause: error,
  });
}

/** What exit codes of the supervisor and of the gateway mean (docker/README.md). */
const exitWords: Readonly<Record<number, string>> = {
  70: "the agent's supervisor failed",
  75: "its gateway did not get ready",
  77: "Mosaic did not accept its token",
  78: "its configuration was not accepted",
  127: "its software could not be run",
  137: "it was killed",
  139: "it crashed",
  143: "it was asked to stop",
};

/** How a container ended, in words. `said` is what its supervisor reported last. */
export function explainExit(observation: Pick<ContainerObservation, "exitCode" | "wasOutOfMemory"> | null, said: string | null): string {
  if (observation === null) {
    return "Its container is gone: somebody removed it.";
  }
  if (observation.wasOutOfMemory) {
    return "It ran out of memory and was killed. Give the agent's backend a higher memory limit, or let it do less at once.";
  }
  const words = observation.exitCode === null ? undefined : exitWords[observation.exitCode];
  const code = observation.exitCode === null ? "" : ` with exit code ${observation.exitCode}`;
  return `It ended${code}${words === undefined ? "" : `: ${words}`}.${said === null ? "" : ` It said: ${said}`}`;
}

export function exitedWhileStarting(observation: ContainerObservation | null, said: string | null): AppError {
  return new AppError("agent_start_failed", { detail: `The agent ended while it was starting. ${explainExit(observation, said)}` });
}

export function notReadyInTime(timeoutMs: number, isListening: boolean, said: string | null): AppError {
  const how = isListening ? "Its gateway answers, but it does not get ready." : "Its gateway does not answer.";
  return new AppError("agent_not_ready", {
    detail: `The agent was not ready within ${Math.round(timeoutMs / 1000)} seconds. ${how}${said === null ? "" : ` It said: ${said}`} Try again; on a slow machine allow more time in the backend's settings.`,
  });
}
