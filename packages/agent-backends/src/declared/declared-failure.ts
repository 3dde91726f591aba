import { parseRecord, recordOf, textOf } from "@mosaic/incoming/records";
import type { GatewayFailure, GatewayFailureCode, TurnSoFar } from "../agent-backend.js";
import { explainError } from "../openclaw-failure.js";
import { brokeOff, quotedIn } from "../own-response.js";
import { wordsOf } from "../provider-words.js";

const beforeAnswer: TurnSoFar = { elapsedMs: 0, hasText: false };

/** What only a provider says. Whatever else a failed server's words sound like may be about the server itself. */
const ofProviders: ReadonlySet<GatewayFailureCode> = new Set(["provider_key_refused", "provider_rate_limited", "provider_model_missing"]);

/** An answer other than 200. Nobody knows whose fault it is but by its status and its words. */
export function explainDeclaredResponse(status: number, body: string): GatewayFailure {
  const said = quotedIn(body);
  if (status === 401 || status === 403) {
    return brokeOff(
      `The agent does not accept Mosaic's key${said}. Stop the agent; it gets a new one when it starts again. If that does not help, how the key is handed over is declared wrongly.`,
    );
  }
  if (status === 404) {
    return brokeOff(
      `The agent has nothing at /v1/chat/completions, or does not know the model that it was asked for${said}. An admin has to look at how this kind of agent is declared.`,
    );
  }
  if (status === 413) return brokeOff(`The message is too large for the agent${said}. Send a shorter one.`);
  if (status === 429 || status === 503) {
    return brokeOff(`The agent is busy or not ready yet${said}. Send the message again in a moment.`);
  }
  if (status >= 500) {
    const { type } = recordOf(parseRecord(body)?.["error"]);
    const told = explainError({ message: wordsOf(body), type: textOf(type) }, beforeAnswer);
    if (ofProviders.has(told.code)) return told;
    return brokeOff(
      `The agent's software failed (${status})${said}. Send the message again; if that does not help, stop the agent and let it start again.`,
    );
  }
  return brokeOff(
    `The agent did not accept the message (${status})${said}. If every message fails, an admin has to look at how this kind of agent is declared.`,
  );
}

/** An error inside a 200: an object, or only its words. */
export function explainDeclaredError(error: unknown, turn: TurnSoFar): GatewayFailure {
  const record = recordOf(error);
  return explainError({ ...record, message: wordsOf(JSON.stringify(error) ?? "") }, turn);
}
