import { limitsOf } from "@mosaic/agent-backends/openclaw-dialects";
import { isRecord, parseRecord, recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";
import { AppError } from "../../platform/errors/app-error.js";
import type { DataReader } from "./answer-reader.js";
import { faultIn } from "./openai-dialect.js";
import { countOf, type AnswerPart, type AnswerUsage } from "./plain-answer.js";
import type { PlainRequest } from "./plain-dialects.js";

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: string;
}

const systemRoles: ReadonlySet<string> = new Set(["system", "developer"]);

/** Anthropic's own name for each reason. One that is not here means that the model was done. */
const reasons: Readonly<Record<string, string>> = {
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "content_filter",
  tool_use: "tool_calls",
};

/** The text of a request for OpenAI's API as one for Anthropic's: images, tools and their results are left out. */
export function anthropicBody({ provider, model, fields, isStream }: PlainRequest): Buffer[] {
  const given = Object.fromEntries(fields.map(([name, value]) => [name, JSON.parse(value.toString("utf8")) as unknown]));
  if (typeof given["n"] === "number" && given["n"] !== 1) {
    throw new AppError("invalid_input", { detail: 'Anthropic gives one answer to a request: "n" must be 1.' });
  }
  const { system, messages } = conversationOf(given["messages"]);
  const known = provider.models.find(({ id }) => id === model) ?? { id: model };
  const wanted = countOf(given["max_completion_tokens"]) ?? countOf(given["max_tokens"]);
  const { temperature, top_p: topP } = given;
  const stops = [given["stop"] ?? []].flat().filter((stop) => textOf(stop).trim() !== "");
  const body = {
    model,
    max_tokens: wanted ?? limitsOf(provider.kind, known).maxTokens,
    ...(system === "" ? {} : { system }),
    messages,
    stream: isStream,
    ...(stops.length === 0 ? {} : { stop_sequences: stops }),
    // Its scale ends at 1, and newer models refuse both together.
    ...(typeof temperature === "number" ? { temperature: Math.min(temperature, 1) } : typeof topP === "number" ? { top_p: topP } : {}),
  };
  return [Buffer.from(JSON.stringify(body))];
}

/** Roles take turns, the first is the user, and nothing is empty: Anthropic refuses everything else. */
function conversationOf(given: unknown): { readonly system: string; readonly messages: readonly Turn[] } {
  const all = (Array.isArray(given) ? given : []).filter(isRecord).map((message) => ({
    role: textOf(message["role"]),
    content: textIn(message["content"]),
  }));
  const said = all.filter(({ content }) => content.trim() !== "");
  const system = said.filter(({ role }) => systemRoles.has(role)).map(({ content }) => content);
  const turns = said.flatMap(({ role, content }): Turn[] => (role === "user" || role === "assistant" ? [{ role, content }] : []));
  if (turns.length === 0 && system.length === 0) {
    throw new AppError("invalid_input", { detail: "The messages have no text, and Mosaic passes nothing else on to Anthropic." });
  }
  if (turns.length === 0) {
    return { system: "", messages: [{ role: "user", content: system.join("\n\n") }] };
  }
  const first: Turn[] = turns[0]?.role === "assistant" ? [{ role: "user", content: "…" }] : [];
  return { system: system.join("\n\n"), messages: taking([...first, ...turns]) };
}

function taking(turns: readonly Turn[]): readonly Turn[] {
  const merged: Turn[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last?.role === turn.role) {
      merged[merged.length - 1] = { role: turn.role, content: `${last.content}\n\n${turn.content}` };
    } else {
      merged.push(turn);
    }
  }
  return merged.map((turn, index) =>
    // It goes on with the beginning of an answer, and refuses one that ends in a space.
    index === merged.length - 1 && turn.role === "assistant" ? { ...turn, content: turn.content.trimEnd() } : turn,
  );
}

function textIn(content: unknown): string {
  if (!Array.isArray(content)) {
    return textOf(content);
  }
  const texts = content.map((part: unknown) => textOf(recordOf(part)["text"]));
  return texts.filter((text) => text !== "").join("\n");
}

/** Empty for what is no answer. */
export function readAnthropicWhole(whole: UnknownRecord): readonly AnswerPart[] {
  const fault = faultIn(whole);
  const { content } = whole;
  if (fault !== null || !Array.isArray(content)) {
    return fault ?? [];
  }
  const text = content.filter(isRecord).map((block) => (block["type"] === "text" ? textOf(block["text"]) : ""));
  return [
    { type: "said", index: 0, said: { content: text.join("") } },
    { type: "finished", index: 0, reason: reasonFor(whole["stop_reason"]) },
    { type: "usage", usage: usageFrom(recordOf(whole["usage"])) },
  ];
}

export function newAnthropicReader(): DataReader {
  let counted: UnknownRecord = {};
  return (data) => {
    const event = parseRecord(data) ?? {};
    const delta = recordOf(event["delta"]);
    switch (event["type"]) {
      case "error":
        return faultIn({ error: event["error"] ?? "" }) ?? [];
      case "message_start":
        counted = recordOf(recordOf(event["message"])["usage"]);
        return [{ type: "said", index: 0, said: {} }];
      case "content_block_delta":
        return textOf(delta["text"]) === "" ? [] : [{ type: "said", index: 0, said: { content: delta["text"] } }];
      case "message_delta":
        counted = { ...counted, ...recordOf(event["usage"]) };
        return [
          ...(textOf(delta["stop_reason"]) === "" ? [] : [finishedBy(delta["stop_reason"])]),
          { type: "usage", usage: usageFrom(counted) },
        ];
      case "message_stop":
        return [{ type: "end" }];
      default:
        return faultIn(event) ?? [];
    }
  };
}

function finishedBy(reason: unknown): AnswerPart {
  return { type: "finished", index: 0, reason: reasonFor(reason) };
}

function reasonFor(reason: unknown): string {
  const name = textOf(reason);
  return Object.hasOwn(reasons, name) ? (reasons[name] ?? "stop") : "stop";
}

/** Anthropic counts what its cache had, and what it put there, beside the rest. */
function usageFrom(counted: UnknownRecord): AnswerUsage {
  const count = (name: string): number => countOf(counted[name]) ?? 0;
  const cached = count("cache_read_input_tokens");
  const input = count("input_tokens") + count("cache_creation_input_tokens") + cached;
  const output = count("output_tokens");
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(cached === 0 ? {} : { prompt_tokens_details: { cached_tokens: cached } }),
  };
}
