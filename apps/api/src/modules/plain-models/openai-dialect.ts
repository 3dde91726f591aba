import { isOpenAiItself } from "@mosaic/agent-backends/openclaw-probe";
import { dialectOf, shapeOf } from "@mosaic/agent-backends/openclaw-dialects";
import { wordsOf } from "@mosaic/agent-backends/provider-words";
import { isRecord, parseRecord, recordOf, type UnknownRecord } from "@mosaic/incoming/records";
import { bodyOf, type RelayField } from "../llm-relay/relay-fields.js";
import { indexOf, reasonOf, saidOf, usageOf, type AnswerPart } from "./plain-answer.js";
import type { PlainRequest } from "./plain-dialects.js";

const ofTools: ReadonlySet<string> = new Set(["tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "tool_stream"]);
const ownWords: ReadonlySet<string> = new Set(["model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "store"]);

/** A request as the client wrote it, in the way that this very model was found to want it. */
export function openAiBody({ provider, model, fields, isStream, wantsUsage }: PlainRequest): Buffer[] {
  const shape = shapeOf(provider.kind, dialectOf(provider, model));
  const given = new Map(fields);
  const limit = given.get("max_completion_tokens") ?? given.get("max_tokens");
  const passed = fields.filter(([name]) => !ownWords.has(name) && (shape.hasTools || !ofTools.has(name)));
  return bodyOf([
    field("model", model),
    ...passed,
    field("stream", isStream),
    ...(isStream && wantsUsage && shape.hasUsage ? [field("stream_options", { include_usage: true })] : []),
    ...(shape.hasStore && isOpenAiItself(provider) ? [field("store", false)] : []),
    ...(limit === undefined ? [] : [[shape.limitField, limit] as const]),
  ]);
}

export function readOpenAiData(data: string): readonly AnswerPart[] {
  if (data.trim() === "[DONE]") {
    return [{ type: "end" }];
  }
  const chunk = parseRecord(data);
  return chunk === undefined ? [] : (faultIn(chunk) ?? [...choicesOf(chunk).flatMap(partsOfPiece), ...usageIn(chunk)]);
}

/** Empty for what is no answer. */
export function readOpenAiWhole(whole: UnknownRecord): readonly AnswerPart[] {
  return faultIn(whole) ?? [...choicesOf(whole).flatMap(partsOfWhole), ...usageIn(whole)];
}

export function faultIn(value: UnknownRecord): readonly AnswerPart[] | null {
  const { error } = value;
  return error === undefined || error === null ? null : [{ type: "fault", words: wordsOf(JSON.stringify({ error })) }];
}

function choicesOf({ choices }: UnknownRecord): readonly UnknownRecord[] {
  return Array.isArray(choices) ? choices.filter(isRecord) : [];
}

function partsOfPiece(choice: UnknownRecord): readonly AnswerPart[] {
  const index = indexOf(choice["index"]);
  const reason = reasonOf(choice["finish_reason"]);
  return [
    ...(isRecord(choice["delta"]) ? [{ type: "said" as const, index, said: saidOf(choice["delta"]), ...logprobsOf(choice) }] : []),
    ...(reason === null ? [] : [{ type: "finished" as const, index, reason }]),
  ];
}

function partsOfWhole(choice: UnknownRecord): readonly AnswerPart[] {
  if (!isRecord(choice["message"])) {
    return [];
  }
  const index = indexOf(choice["index"]);
  const said = { type: "said" as const, index, said: saidOf(choice["message"]), ...logprobsOf(choice) };
  return [said, { type: "finished", index, reason: reasonOf(choice["finish_reason"]) ?? "stop" }];
}

function logprobsOf(choice: UnknownRecord): { logprobs?: UnknownRecord } {
  const logprobs = recordOf(choice["logprobs"]);
  return Object.keys(logprobs).length === 0 ? {} : { logprobs };
}

function usageIn(value: UnknownRecord): readonly AnswerPart[] {
  const usage = usageOf(value["usage"]);
  return usage === null ? [] : [{ type: "usage", usage }];
}

function field(name: string, value: unknown): RelayField {
  return [name, Buffer.from(JSON.stringify(value))];
}
