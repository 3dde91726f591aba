import type { GatewayEnding, GatewayFailure, TurnSoFar } from "./agent-backend.js";
import { explainError } from "./openclaw-failure.js";
import { quoteProvider, wordsOf } from "./provider-words.js";

/**
 * OpenClaw tells its caller "internal error" for whatever it has no class for, and `upstream provider error` in place of a provider's words. Its
 * log has both. The supervisor passes on the line of a turn that failed: `openclaw-launch.ts` says which lines those are.
 */
export function explainLogLine(line: string, turn: TurnSoFar): GatewayEnding {
  const words = errorIn(line);
  const ending = endingIn(words, turn);
  if (ending !== null) return ending;
  if (
    /retries exhausted|incomplete turn detected|assistant (?:turn|terminal message) (?:was )?detected|empty response detected/i.test(line)
  ) {
    return { type: "failure", ...withoutAnswer(line, turn) };
  }
  return { type: "failure", ...explainError({ message: words }, turn) };
}

/** The end that a provider gave a name, if the words tell of one: OpenClaw takes each name that it does not know for an error. */
export function endingIn(words: string, turn: TurnSoFar): GatewayEnding | null {
  const end = /^Provider finish_reason: ([^\s]{1,60})/i.exec(words)?.[1] ?? /unhandled stop reason: ([^\s.]{1,60})/i.exec(words)?.[1];
  return end === undefined ? null : endedWith(end, turn);
}

/** An end that the answer's reader has to know of. */
export function cutByLimit(hasText: boolean): GatewayFailure {
  return hasText
    ? {
        code: "answer_cut",
        detail: "The model reached its length limit in the middle of this answer. Let it go on, or ask for a shorter answer.",
      }
    : {
        code: "provider_failed",
        detail:
          "The model used up its length limit before it said a word, as models that think first can do. Raise the model's limit in the provider's settings, or turn its thinking down there.",
      };
}

export const emptyAnswer: GatewayFailure = {
  code: "provider_failed",
  detail:
    "The model ended without an answer: it said nothing, or it only thought. Send the message again; if that does not help, check the model's settings at the provider (often its chat template, or how much it may think), or choose another model.",
};

export const onlyThought: GatewayFailure = {
  code: "provider_failed",
  detail:
    "The model thought, but gave no answer. Send the message again; if that does not help, turn the model's thinking off or down at the provider, or choose another model.",
};

/** What a provider calls the end of an answer says whether it is whole: only these say that it is not. */
function endedWith(end: string, { hasText }: TurnSoFar): GatewayEnding {
  if (/content_?filter|safety|refusal|prohibited|blocklist|recitation|sensitive/i.test(end)) {
    const where = hasText ? "stopped this answer in the middle" : "stopped the answer";
    const advice = "Say it in other words, or choose another model.";
    return { type: "failure", code: "provider_failed", detail: `The provider's content filter ${where} (it says “${end}”). ${advice}` };
  }
  if (/length|max_?tokens|token_?limit|model_context_window/i.test(end)) return { type: "failure", ...cutByLimit(hasText) };
  if (/error|abort|cancel|timeout/i.test(end)) {
    const detail = `The provider ended the answer with a fault of its own. Send the message again.${quoteProvider(end)}`;
    return { type: "failure", code: "provider_failed", detail };
  }
  return hasText ? { type: "end" } : { type: "failure", ...emptyAnswer };
}

function withoutAnswer(line: string, { hasText }: TurnSoFar): GatewayFailure {
  if (/stopReason=length/.test(line)) return cutByLimit(hasText);
  return /reasoning-only/.test(line) ? onlyThought : emptyAnswer;
}

/** An error that was a mere text comes in quotes, and some come as JSON. */
export function plainWords(words: string): string {
  return /^["{]/.test(words) ? wordsOf(words) || words : words;
}

/** The provider's own words come last in the line, where OpenClaw has kept them apart. */
function errorIn(line: string): string {
  const raw = line.indexOf(" rawError=");
  if (raw !== -1) {
    return plainWords(line.slice(raw + " rawError=".length).trim());
  }
  const told = line.indexOf(" error=");
  return told === -1 ? "" : line.slice(told + " error=".length).trim();
}
