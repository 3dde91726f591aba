import type { JsonRecord } from "@mosaic/demo-llm/demo-request";
import { isRecord } from "@mosaic/incoming/records";

/** What a client of OpenClaw's WebSocket sends. */
export interface ClientRequest {
  readonly id: string;
  readonly method: string;
  readonly params: JsonRecord;
}

/** `null` for what OpenClaw hangs up on. */
export function readRequest(frame: string): ClientRequest | null {
  const value: unknown = parse(frame);
  if (!isRecord(value) || value["type"] !== "req") return null;
  const { id, method, params } = value;
  return typeof id === "string" && typeof method === "string" ? { id, method, params: isRecord(params) ? params : {} } : null;
}

export const refusals = {
  busy: { code: "UNAVAILABLE", message: "gateway is draining", retryable: true, retryAfterMs: 1000, details: { phase: "draining" } },
  token: {
    code: "INVALID_REQUEST",
    message: "unauthorized: gateway token mismatch (provide gateway auth token)",
    details: { code: "AUTH_TOKEN_MISMATCH", authReason: "token_mismatch" },
  },
  scope: {
    code: "FORBIDDEN",
    message: "missing scope: operator.write",
    details: { code: "MISSING_SCOPE", missingScope: "operator.write" },
  },
  conflict: {
    code: "INVALID_REQUEST",
    message: "This message ID was already used for different input. Check the conversation history and use a new message ID to send again.",
    details: { reason: "chat-request-conflict" },
  },
  empty: { code: "INVALID_REQUEST", message: "message or attachment required" },
} as const;

/** The words for a person that come in place of a provider's, after the first error of a run. */
export const vagueError = "⚠️ Agent failed before reply. To view logs, run `openclaw logs --follow` in a terminal.";

export function stringIn(params: JsonRecord, name: string): string {
  const value = params[name];
  return typeof value === "string" ? value : "";
}

function parse(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return null;
  }
}
