import type { GatewayFailure, TurnSoFar } from "./agent-backend.js";
import { quotable, quoteProvider, wordsOf } from "./provider-words.js";
import { isRecord } from "@mosaic/incoming/records";

interface GatewayError {
  readonly message: string;
  readonly type: string;
  readonly status: number | undefined;
}

type Rule = readonly [applies: (error: GatewayError, turn: TurnSoFar) => boolean, explain: (error: GatewayError) => GatewayFailure];

/** OpenClaw waits at least this long for a silent provider; what it calls a time-out before is a connection that failed. */
export const shortestTimeoutMs = 60_000;

/** A provider may answer with a page; its beginning tells enough. */
const maxReadCharacters = 4000;

/** The first rule that fits decides. OpenClaw's own classes come before words, since a provider's words can say anything. */
const rules: readonly Rule[] = [
  [
    ({ message }) => /^invalid tool configuration$/i.test(message),
    () => ({
      code: "invalid_input",
      detail: "One of your program's tools has the name of another one, or of a tool that the agent has itself. Give it another name.",
    }),
  ],
  [
    ({ message }) => /^tool_choice(?:=required was not satisfied| required a .{1,200} tool call, but)/i.test(message),
    () => ({
      code: "agent_broke_off",
      detail: "Your program asked for a call of a tool, and the model made none. Ask for it in the message, or use another model.",
    }),
  ],
  [
    ({ message }) => /context (?:window|length)|context_length|context overflow|prompt is too long|maximum context/i.test(message),
    (error) =>
      failure(
        "provider_failed",
        "The conversation has become too long for this model. Start a new conversation, or choose a model with a larger context window.",
        error,
      ),
  ],
  [
    ({ type, status }) => type === "insufficient_quota" || status === 402,
    (error) =>
      failure(
        "provider_rate_limited",
        "The provider says that the account's credit or quota is used up. Add credit at the provider, or choose another provider in the settings.",
        error,
      ),
  ],
  [
    isModelMissing,
    (error) =>
      failure(
        "provider_model_missing",
        "The provider does not know this model, or its address is not quite right. Check the model and the provider's address in the settings.",
        error,
      ),
  ],
  [
    isAboutKey,
    (error) =>
      failure(
        "provider_key_refused",
        "The provider did not accept the key. Enter a valid key for it in the settings, then send the message again.",
        error,
      ),
  ],
  [({ type, status }) => type === "rate_limit_error" || status === 429, rateLimited],
  [
    isBrokenOff,
    (error) => failure("provider_failed", "The provider broke off in the middle of its answer. Send the message again.", error),
  ],
  [
    ({ message }, { elapsedMs }) => (isTimeout(message) || isInternal(message)) && elapsedMs >= shortestTimeoutMs,
    (error) =>
      failure("provider_timeout", "The provider did not answer in time. Try again, or choose a faster model in the settings.", error),
  ],
  [
    ({ type, message }) => type.startsWith("tls") || /certificate|\btls\b|\bssl\b|self[- ]signed/i.test(message),
    (error) =>
      failure("provider_unreachable", "No secure connection to the provider could be made. Check its address and its certificate.", error),
  ],
  [
    ({ message }) => isTimeout(message) || isUnreachable(message),
    (error) =>
      failure(
        "provider_unreachable",
        "The provider can't be reached, or it hung up. Check its address in the settings, and that it is running.",
        error,
      ),
  ],
  [
    ({ status, message }) =>
      (status ?? 0) >= 500 || /overloaded|upstream provider error|internal server error|service unavailable|bad gateway/i.test(message),
    (error) =>
      failure(
        "provider_failed",
        "The provider has a fault or is overloaded. Try again in a moment, or choose another model in the settings.",
        error,
      ),
  ],
  [
    ({ message }) => isInternal(message),
    () => ({
      code: "agent_broke_off",
      detail:
        "The agent's software gave up on this answer and did not say why. Send the message again; if that does not help, test the connection of its provider in the settings.",
    }),
  ],
];

/** Whether OpenClaw keeps what was said to itself: then its log has to be asked. */
export function isUntold(error: unknown): boolean {
  return /^(?:upstream provider (?:error|timeout|overloaded)|internal error|agent run failed(?: \(model: [^)]{0,300}\))?\.?)?$/i.test(
    readError(error).message.trim(),
  );
}

/** An error that the gateway put into the stream: nearly always the provider's, in OpenClaw's words. */
export function explainError(error: unknown, turn: TurnSoFar): GatewayFailure {
  const read = readError(error);
  const rule = rules.find(([applies]) => applies(read, turn));
  return rule
    ? rule[1](read)
    : failure("provider_failed", "The provider did not accept the request. Check the model's settings, or choose another model.", read);
}

/** An answer other than 200: nearly always the gateway's own, since a provider's errors come inside the stream. */
export function explainResponse(status: number, body: string): GatewayFailure {
  const error = readError(errorOf(body));
  const isOfProvider =
    /^(?:authentication_error|permission_error|rate_limit_error|insufficient_quota)$/.test(error.type) ||
    error.message.startsWith("upstream provider");
  if (isOfProvider) return explainError({ message: error.message, type: error.type }, { elapsedMs: 0, hasText: false });
  if (status === 401 || status === 403) {
    return brokeOff("The agent does not accept Mosaic's token. Stop the agent; it gets a new one when it starts again.");
  }
  if (error.message.startsWith("Invalid tools/tool_choice")) {
    return { code: "invalid_input", detail: `The agent does not take your program's tools${quote(error.message)}.` };
  }
  if (status === 413) return brokeOff("The message is too large for the agent. Send a shorter one.");
  if (status === 429 || status === 503) return brokeOff("The agent is busy or not ready yet. Send the message again in a moment.");
  return brokeOff(
    `The agent did not accept the message (${status})${quote(error.message)}. Send it again; if that does not help, stop the agent and let it start again.`,
  );
}

/**
 * Only 401 and 403 are about keys. OpenClaw's class alone is no proof: it finds "forbidden" in a 422's "extra_forbidden". Without a status it
 * counts, since then it is OpenClaw that misses a key; and after a 401 it shuts the provider's id out for minutes, in words of its own.
 */
function isAboutKey({ type, status, message }: GatewayError): boolean {
  if (status !== undefined) return status === 401 || status === 403;
  const isOfClass = type === "authentication_error" || type === "permission_error";
  return isOfClass || /temporarily disabled after a provider auth\/billing failure/i.test(message);
}

function isModelMissing({ message, status }: GatewayError): boolean {
  if (status === 401 || status === 403) return false;
  // A field that "is not supported with this model" says nothing about the model.
  if (/parameter|argument|\bfield\b|property/i.test(message)) return status === 404;
  const saysSo =
    /model[^.]{0,220}(?:not found|does not exist|not exist|unknown|no such|not available|not supported)|(?:unknown|no such|invalid) model|model_not_found|try pulling it/i;
  return status === 404 || saysSo.test(message);
}

function isBrokenOff({ message }: GatewayError, { elapsedMs, hasText }: TurnSoFar): boolean {
  if (/append-only response stream|stream (?:ended|closed|was interrupted)|incomplete (?:response|stream)|premature/i.test(message)) {
    return true;
  }
  return hasText && elapsedMs < shortestTimeoutMs && (isTimeout(message) || isUnreachable(message));
}

/** Also what OpenClaw says when an OpenAI-compatible provider was silent until the time was up. */
function isInternal(message: string): boolean {
  return /^internal error$/i.test(message);
}

function isTimeout(message: string): boolean {
  return /time(?:d)?[- ]?out|ETIMEDOUT|did not (?:respond|produce)|no response|deadline/i.test(message);
}

function isUnreachable(message: string): boolean {
  return /ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|fetch failed|socket hang up|connection (?:error|refused|reset|closed)|network|terminated|getaddrinfo/i.test(
    message,
  );
}

function rateLimited(error: GatewayError): GatewayFailure {
  const seconds = /retry-after:\s*(\d{1,6})/i.exec(error.message)?.[1];
  const when = seconds === undefined ? "Wait a little" : `Wait ${seconds} seconds`;
  return failure(
    "provider_rate_limited",
    `The provider's rate limit is reached. ${when} and send the message again, or choose another provider in the settings.`,
    error,
  );
}

function failure(code: GatewayFailure["code"], advice: string, error: GatewayError): GatewayFailure {
  return { code, detail: `${advice}${providerWords(error)}` };
}

function brokeOff(detail: string): GatewayFailure {
  return { code: "agent_broke_off", detail };
}

/** In place of the provider's words OpenClaw has phrases of its own, and advice for somebody with a terminal: neither is quoted. */
function providerWords({ message }: GatewayError): string {
  const words = innerMessage(message);
  const isOwnPhrase =
    /^(?:upstream provider (?:error|timeout|overloaded)|internal error|request failed)?$/i.test(words) ||
    /append-only|openclaw/i.test(words);
  return isOwnPhrase ? "" : quoteProvider(words);
}

function quote(message: string): string {
  const quoted = quotable(message);
  return quoted === "" ? "" : `: “${quoted}”`;
}

/** Many errors come as `401: {"error":{"message":…}}`: the words are inside. */
function innerMessage(message: string): string {
  const inside = /^(\d{3}):?\s*([[{][\s\S]*[}\]])/.exec(message);
  const inner = wordsOf(inside?.[2] ?? "");
  return inner === "" || inside?.[2]?.trim() === inner ? message : `${inside?.[1]} ${inner}`;
}

function readError(error: unknown): GatewayError {
  if (typeof error === "string") return readError({ message: error });
  if (!isRecord(error)) return { message: "", type: "", status: undefined };
  const message = typeof error["message"] === "string" ? error["message"].slice(0, maxReadCharacters) : "";
  const type = typeof error["type"] === "string" ? error["type"] : "";
  const given = Number(error["status"] ?? error["code"]);
  return { message, type, status: statusIn(message) ?? (given >= 400 && given < 600 ? given : undefined) };
}

/** `401 Incorrect key`, `401: {…}`, `HTTP 401`, `status code 401`, `(401)`. */
function statusIn(message: string): number | undefined {
  const found = /^\s*([45]\d{2})\b|\b(?:http|status(?: code)?|error)[:\s]+([45]\d{2})\b|\(([45]\d{2})\)/i.exec(message);
  const digits = found?.[1] ?? found?.[2] ?? found?.[3];
  return digits === undefined ? undefined : Number(digits);
}

function errorOf(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? (value["error"] ?? value) : undefined;
  } catch {
    return body.trimStart().startsWith("<") ? undefined : body;
  }
}
