import { recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";

/** A model's answer, piece by piece, whatever protocol it came in. `index`: of which of several answers. */
export type AnswerPart =
  | { readonly type: "said"; readonly index: number; readonly said: UnknownRecord; readonly logprobs?: UnknownRecord }
  | { readonly type: "finished"; readonly index: number; readonly reason: string }
  | { readonly type: "usage"; readonly usage: AnswerUsage }
  /** In the provider's own words, empty where it had none. */
  | { readonly type: "fault"; readonly words: string }
  | { readonly type: "end" };

export interface AnswerUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
  readonly completion_tokens_details?: { readonly reasoning_tokens: number };
}

/** More answers to one request than anybody asks for. */
const maxIndex = 127;
const finishReasons: ReadonlySet<string> = new Set(["stop", "length", "tool_calls", "content_filter", "function_call"]);
const texts = ["content", "refusal", "reasoning_content", "reasoning"] as const;

export function indexOf(value: unknown): number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= maxIndex ? value : 0;
}

/** Those members of a message, or of a piece of one, that OpenAI's clients read. */
export function saidOf(value: unknown): UnknownRecord {
  const given = recordOf(value);
  const calls: unknown = given["tool_calls"];
  const call = recordOf(given["function_call"]);
  return {
    ...Object.fromEntries(texts.flatMap((name) => (textOf(given[name]) === "" ? [] : [[name, given[name]]]))),
    ...(Array.isArray(calls) && calls.length > 0 ? { tool_calls: calls.map(recordOf) } : {}),
    ...(Object.keys(call).length > 0 ? { function_call: call } : {}),
  };
}

/** A reason that OpenAI's API does not know would stop a strict client. */
export function reasonOf(value: unknown): string | null {
  const reason = textOf(value);
  return reason === "" ? null : finishReasons.has(reason) ? reason : "stop";
}

export function usageOf(value: unknown): AnswerUsage | null {
  const given = recordOf(value);
  const [input, output] = [countOf(given["prompt_tokens"]), countOf(given["completion_tokens"])];
  if (input === null && output === null) {
    return null;
  }
  const cached = countOf(recordOf(given["prompt_tokens_details"])["cached_tokens"]);
  const thought = countOf(recordOf(given["completion_tokens_details"])["reasoning_tokens"]);
  return {
    prompt_tokens: input ?? 0,
    completion_tokens: output ?? 0,
    total_tokens: countOf(given["total_tokens"]) ?? (input ?? 0) + (output ?? 0),
    ...(cached === null ? {} : { prompt_tokens_details: { cached_tokens: cached } }),
    ...(thought === null ? {} : { completion_tokens_details: { reasoning_tokens: thought } }),
  };
}

export function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
