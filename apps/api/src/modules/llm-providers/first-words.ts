import type { Readable } from "node:stream";
import { wordsOf } from "@mosaic/agent-backends/provider-words";
import type { ProbeRequest } from "@mosaic/agent-backends/openclaw-probe";
import { isRecord } from "@mosaic/incoming/records";

/**
 * What a provider's stream begins with. `answers`: words of an answer, or a call of a tool. `thinks`: only thoughts so far. `silent`: the stream
 * ended without either. `whole`: one whole answer where a stream was asked for. `foreign`: this is no LLM's stream.
 */
export type FirstWords =
  | { readonly kind: "answers"; readonly hasThought: boolean }
  | { readonly kind: "thinks" | "silent" | "whole" | "foreign" }
  | { readonly kind: "error"; readonly words: string; readonly body: string };

type Reader = (event: Record<string, unknown>) => "answers" | "thinks" | "known" | null;

/** More than this without a word is no answer to a greeting. */
const maxCharacters = 512 * 1024;

/** Reads until something is clear, and leaves the rest: a greeting need not be paid for to its end. */
export async function readFirstWords(body: Readable, stream: ProbeRequest["stream"]): Promise<FirstWords> {
  const decoder = new TextDecoder();
  const seen: Seen = { text: "", readTo: 0, hasThought: false, isKnown: false };
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      seen.text += decoder.decode(chunk, { stream: true });
      const found = lookAt(seen, stream, false);
      if (found !== null) {
        return found;
      }
      if (seen.text.length > maxCharacters) {
        break;
      }
    }
    return lookAt(seen, stream, true) ?? asWhole(seen, stream);
  } finally {
    body.destroy();
  }
}

interface Seen {
  text: string;
  readTo: number;
  hasThought: boolean;
  isKnown: boolean;
}

/** Looks at the lines that are complete; at the end also at the last one. */
function lookAt(seen: Seen, stream: ProbeRequest["stream"], isEnd: boolean): FirstWords | null {
  for (;;) {
    const lineEnd = seen.text.indexOf("\n", seen.readTo);
    if (lineEnd === -1 && !isEnd) {
      return null;
    }
    const line = seen.text.slice(seen.readTo, lineEnd === -1 ? undefined : lineEnd).trim();
    seen.readTo = lineEnd === -1 ? seen.text.length : lineEnd + 1;
    const found = lookAtLine(line, seen, stream);
    if (found !== null || lineEnd === -1) {
      return found;
    }
  }
}

function lookAtLine(line: string, seen: Seen, stream: ProbeRequest["stream"]): FirstWords | null {
  const event = eventOf(line, stream);
  if (event === null) {
    return null;
  }
  if (event["error"] !== undefined && event["error"] !== null) {
    const body = JSON.stringify(event);
    return { kind: "error", words: wordsOf(body), body };
  }
  const meaning = readers[stream](event);
  seen.isKnown ||= meaning !== null;
  seen.hasThought ||= meaning === "thinks";
  return meaning === "answers" ? { kind: "answers", hasThought: seen.hasThought } : null;
}

function asWhole({ text, hasThought, isKnown }: Seen, stream: ProbeRequest["stream"]): FirstWords {
  if (hasThought) {
    return { kind: "thinks" };
  }
  if (isKnown) {
    return { kind: "silent" };
  }
  const whole = parseJson(text);
  return { kind: isRecord(whole) && isWhole[stream](whole) ? "whole" : "foreign" };
}

const serverSent = (line: string): string => (line.startsWith("data:") ? line.slice(5) : "");
const framings: Readonly<Record<ProbeRequest["stream"], (line: string) => string>> = {
  openai: serverSent,
  anthropic: serverSent,
  ollama: (line) => line,
};

/** OpenAI's and Anthropic's streams are server-sent events, Ollama's is a line of JSON each. */
function eventOf(line: string, stream: ProbeRequest["stream"]): Record<string, unknown> | null {
  const event = parseJson(framings[stream](line).trim());
  return isRecord(event) ? event : null;
}

const readers: Readonly<Record<ProbeRequest["stream"], Reader>> = {
  openai: (event) => {
    const choice: unknown = Array.isArray(event["choices"]) ? event["choices"][0] : undefined;
    const delta = isRecord(choice) ? choice["delta"] : undefined;
    if (!isRecord(delta)) {
      return Array.isArray(event["choices"]) ? "known" : null;
    }
    if (isText(delta["content"]) || hasEntries(delta["tool_calls"])) {
      return "answers";
    }
    return isText(delta["reasoning_content"]) || isText(delta["reasoning"]) ? "thinks" : "known";
  },
  anthropic: (event) => {
    const delta = isRecord(event["delta"]) ? event["delta"] : {};
    const block = isRecord(event["content_block"]) ? event["content_block"] : {};
    if (isText(delta["text"]) || block["type"] === "tool_use") {
      return "answers";
    }
    return isText(delta["thinking"]) ? "thinks" : typeof event["type"] === "string" ? "known" : null;
  },
  ollama: (event) => {
    const message = event["message"];
    if (!isRecord(message)) {
      return null;
    }
    return isText(message["content"]) || hasEntries(message["tool_calls"]) ? "answers" : isText(message["thinking"]) ? "thinks" : "known";
  },
};

const isWhole: Readonly<Record<ProbeRequest["stream"], (body: Record<string, unknown>) => boolean>> = {
  openai: (body) => Array.isArray(body["choices"]),
  anthropic: (body) => Array.isArray(body["content"]),
  ollama: (body) => isRecord(body["message"]),
};

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function hasEntries(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
