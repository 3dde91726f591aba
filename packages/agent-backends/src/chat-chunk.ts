import { tokenUsage, type TokenUsage } from "@mosaic/contracts/message-parts";
import { isRecord, recordOf, type UnknownRecord } from "@mosaic/incoming/records";

/** The first choice of a chunk of OpenAI's chat completions. */
export function choiceOf(chunk: UnknownRecord): UnknownRecord {
  const choices: unknown = chunk["choices"];
  return Array.isArray(choices) ? recordOf(choices[0]) : {};
}

/** `null` where nobody has counted: then gateways say 0 of everything. */
export function usageOf(value: unknown): TokenUsage | null {
  if (!isRecord(value)) return null;
  const { success, data } = tokenUsage.safeParse({
    inputTokens: value["prompt_tokens"],
    outputTokens: value["completion_tokens"],
    cachedTokens: recordOf(value["prompt_tokens_details"])["cached_tokens"] ?? 0,
  });
  return success && data.inputTokens + data.outputTokens > 0 ? data : null;
}
