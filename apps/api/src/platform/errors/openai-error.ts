import { problems, type ProblemCode } from "@mosaic/contracts/problem";
import { AppError } from "./app-error.js";

/** What OpenAI's API says of an error, in the shape that its clients read. */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** Paths that answer as OpenAI's API does. */
export function isOpenAiPath(path: string): boolean {
  return /^\/v1(\/|$)/i.test(path);
}

/** Of a route that there is none of. */
export function noSuchRoute(method: string, path: string): AppError {
  return new AppError("not_found", {
    detail: `There is no ${method} ${path.slice(0, 100)}. Mosaic has models, chat/completions, responses and embeddings.`,
  });
}

const typeByStatus: Partial<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  409: "conflict_error",
  429: "rate_limit_error",
};

/** The codes by which OpenAI's own clients tell faults apart; any other fault keeps Mosaic's. */
const codeOf: Partial<Record<ProblemCode, string>> = {
  unauthenticated: "invalid_api_key",
  too_many_requests: "rate_limit_exceeded",
};

export function toOpenAiError({ code, detail, message, errors }: AppError): OpenAiError {
  const { status } = problems[code];
  return {
    message: detail ?? message,
    type: typeByStatus[status] ?? (status >= 500 ? "server_error" : "invalid_request_error"),
    param: errors?.[0]?.path ?? null,
    code: codeOf[code] ?? code,
  };
}

/** Faults that end before anything was done: sent again, the request is a first one. */
const beforeWork: ReadonlySet<ProblemCode> = new Set<ProblemCode>(["overloaded", "stopping", "database_unavailable", "too_many_requests"]);

const defaultRetrySeconds = 1;

/**
 * The headers by which OpenAI's clients decide whether they send a request again: left to themselves, they do for 408, 409, 429 and any 5xx, and an agent
 * acts twice. `hasBegun`: an agent may have the message.
 */
export function retryHeaders({ code, retryAfterSeconds }: AppError, hasBegun: boolean): Readonly<Record<string, string>> {
  if (hasBegun || !beforeWork.has(code)) {
    return { "x-should-retry": "false" };
  }
  const seconds = retryAfterSeconds ?? defaultRetrySeconds;
  return { "x-should-retry": "true", "retry-after-ms": String(seconds * 1_000) };
}
