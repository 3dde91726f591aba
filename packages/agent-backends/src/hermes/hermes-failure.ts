import { isRecord, textOf } from "@mosaic/incoming/records";
import type { GatewayFailure, TurnSoFar } from "../agent-backend.js";
import { explainError } from "../openclaw-failure.js";
import { cutByLimit } from "../openclaw-log-line.js";
import { brokeOff, explainOwnResponse } from "../own-response.js";
import { looksLikePage, wordsOf } from "../provider-words.js";

const crashed = brokeOff(
  "The agent's software failed in the middle of its answer and did not say why. Send the message again; if that does not help, stop the agent and let it start again.",
);

const contextTooSmall: GatewayFailure = {
  code: "provider_failed",
  detail:
    "The agent's software takes no model with a context of less than 64,000 tokens. Choose another model, or correct the context in the provider's settings.",
};

/** What a stream says in place of an answer's end: the provider's words after `HTTP 401: `, or those of Hermes' HTTP client. */
export function explainHermesError(error: unknown, turn: TurnSoFar): GatewayFailure {
  const told = (isRecord(error) ? textOf(error["message"]) : textOf(error)).trim();
  const message = told.replace(/^[^\w{<]{0,10}API call failed after \d{1,4} (?:retries|attempts?)[.:]?\s{0,5}/i, "");
  if (message === "") return crashed;
  if (/truncated due to output length limit|^output_truncated/i.test(message)) return cutByLimit(turn.hasText);
  if (/context window of [\d,]{1,20} tokens,? which is below the minimum/i.test(message)) return contextTooSmall;
  const status = /^HTTP (\d{3})\b/.exec(message)?.[1];
  const words = message.replace(/^HTTP \d{3}:?\s{0,5}/, "");
  if (words === "" || looksLikePage(words)) return explainError({ message: `HTTP ${status ?? 500}`, status: status ?? 500 }, turn);
  const hungUp = /^(?:peer closed connection|server disconnected)/i.test(words) ? "Connection closed: " : "";
  return explainError({ message: `${hungUp}${wordsOf(words) || words}`, status }, turn);
}

/** An answer other than 200: Hermes' own, but for a 502 with a provider's words in it. */
export function explainHermesResponse(status: number, body: string): GatewayFailure {
  if (status === 403) {
    return brokeOff(
      "The agent takes messages only from programs, and took this one for a browser's. Something between Mosaic and the agent adds headers to it.",
    );
  }
  if (status === 429) return brokeOff("The agent works on as many answers as it can at once. Send the message again in a moment.");
  if (status === 502 && /"agent_incomplete"/.test(body)) return explainHermesError(wordsOf(body), { elapsedMs: 0, hasText: false });
  return explainOwnResponse(status, body);
}

export const endedEarly = brokeOff("The agent stopped in the middle of its answer. Send the message again.");
