import type { AgentBackend } from "@mosaic/agent-backends/agent-backend";
import { formatMemory } from "@mosaic/contracts/memory-size";
import { backendOf } from "@mosaic/agent-backends/registry";
import type { ProblemCode } from "@mosaic/contracts/problem";
import { RuntimeError, type ContainerObservation, type RuntimeErrorCode } from "@mosaic/runtime/agent-runtime";
import { databaseProblem } from "../../../platform/database/database-words.js";
import { AppError } from "../../../platform/errors/app-error.js";
import type { BackendLimits } from "../containers.types.js";

const codes: Readonly<Record<RuntimeErrorCode, ProblemCode>> = {
  unreachable: "runtime_unavailable",
  image_missing: "image_missing",
  install_failed: "install_failed",
  name_taken: "runtime_refused",
  refused: "runtime_refused",
  file_unreadable: "runtime_refused",
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
  const fault = databaseProblem(error);
  if (fault !== null) {
    const detail =
      fault.code === "database_unavailable" ? "It became unavailable while the agent was starting. Try again in a moment." : fault.detail;
    return new AppError(fault.code, { detail, cause: error });
  }
  return new AppError("agent_start_failed", {
    detail: "Something unexpected happened while the agent was starting. Try again.",
    cause: error,
  });
}

/** What exit codes of the supervisor and of the gateway mean (packages/supervisor/README.md). */
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

/** Whose container it was. */
export interface EndedAgent {
  readonly memoryLimitBytes: number;
  readonly needs: AgentBackend["memory"];
  /** Whether what it said last means that the machine was too busy for it. */
  readonly isTooBusy: AgentBackend["isTooBusy"];
}

/** How a container ended, in words. `said` is what its supervisor reported last. */
export function explainExit(
  observation: Pick<ContainerObservation, "exitCode" | "wasOutOfMemory"> | null,
  said: string | null,
  agent: EndedAgent,
): string {
  if (observation === null) {
    return "Its container is gone: somebody removed it.";
  }
  const quoted = said === null ? "" : ` It said: ${said}`;
  if (observation.wasOutOfMemory) {
    return outOfMemory(agent);
  }
  if (said !== null && agent.isTooBusy(said)) {
    return `This machine was too busy for it: a part of its software was not there in time. Nothing is wrong with its settings. Try again when less is going on here, or let fewer agents start at the same time (MOSAIC_STARTS_AT_ONCE).${quoted}`;
  }
  const words = observation.exitCode === null ? undefined : exitWords[observation.exitCode];
  const code = observation.exitCode === null ? "" : ` with exit code ${observation.exitCode}`;
  return `It ended${code}${words === undefined ? "" : `: ${words}`}.${quoted}`;
}

function outOfMemory({ memoryLimitBytes, needs }: EndedAgent): string {
  const has = `It ran out of memory and was killed: it may use ${formatMemory(memoryLimitBytes)}.`;
  return memoryLimitBytes < needs.comfortableBytes
    ? `${has} It needs at least ${formatMemory(needs.minimumBytes)}, and ${formatMemory(needs.comfortableBytes)} to be comfortable. An admin gives it more under Admin → Backends.`
    : `${has} Let it do less at once, or have an admin give it more under Admin → Backends.`;
}

export function exitedWhileStarting(observation: ContainerObservation | null, said: string | null, agent: EndedAgent): AppError {
  return new AppError("agent_start_failed", { detail: `The agent ended while it was starting. ${explainExit(observation, said, agent)}` });
}

export function notReadyInTime(
  elapsedMs: number,
  { isListening, isWorking }: { readonly isListening: boolean; readonly isWorking: boolean },
  said: string | null,
): AppError {
  const how = isListening ? "Its gateway answers, but it does not get ready." : "Its gateway does not answer.";
  const why = isWorking ? "It has been working for too long without finishing." : "It makes no progress any more.";
  return new AppError("agent_not_ready", {
    detail: `The agent was not ready within ${Math.round(elapsedMs / 1000)} seconds. ${how} ${why}${said === null ? "" : ` It said: ${said}`} Try again; on a slow machine allow more time in the backend's settings.`,
  });
}

/** What is known of an agent's container beyond how it ended. */
export function endedAgentOf({ id, memoryLimitBytes }: BackendLimits): EndedAgent {
  const { memory, isTooBusy } = backendOf(id);
  return { memoryLimitBytes, needs: memory, isTooBusy };
}

export function stoppedMeanwhile(): AppError {
  return new AppError("agent_start_failed", { detail: "The agent was stopped while it was starting. Send the message again to start it." });
}
