import type { FakeNanobotSettings } from "./fake-nanobot-settings.js";
import type { NanobotMessage } from "./fake-nanobot-sessions.js";

export interface UpstreamAnswer {
  readonly text: string;
  readonly isError: boolean;
  readonly usage: Readonly<Record<string, unknown>>;
}

interface UpstreamCall {
  readonly system: string;
  readonly history: readonly NanobotMessage[];
  readonly content: unknown;
  readonly signal: AbortSignal;
  /** Each piece of text, as it comes. */
  readonly onText: (text: string) => void;
}

/** nanobot tells no more of what a provider says. */
const maxErrorCharacters = 500;

/** Asks the configured model. What goes wrong there is told in the answer's own text, as nanobot does; only an abort throws. */
export async function askUpstream({ llm, model }: Pick<FakeNanobotSettings, "llm" | "model">, call: UpstreamCall): Promise<UpstreamAnswer> {
  const messages = [{ role: "system", content: call.system }, ...call.history, { role: "user", content: call.content }];
  try {
    const response = await fetch(`${llm.apiBase}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${llm.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } }),
      signal: call.signal,
    });
    if (!response.ok || response.body === null) return failed(`Error: ${toldOf(await response.text())}`);
    return await readAnswer(response.body, call.onText);
  } catch (error) {
    call.signal.throwIfAborted();
    const words = error instanceof TypeError ? "Connection error." : String(error);
    return failed(`Error calling LLM: ${words}`);
  }
}

async function readAnswer(body: ReadableStream<Uint8Array>, onText: (text: string) => void): Promise<UpstreamAnswer> {
  const decoder = new TextDecoder();
  let text = "";
  let usage: Readonly<Record<string, unknown>> = {};
  let rest = "";
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const chunk = chunkIn(line);
      if (chunk === null) continue;
      if (chunk.error !== undefined) return failed(`Error: ${toldOf(JSON.stringify({ error: chunk.error }))}`);
      const piece = chunk.choices?.[0]?.delta?.content ?? "";
      usage = chunk.usage ?? usage;
      text += piece;
      if (piece !== "") onText(piece);
    }
  }
  return { text, isError: false, usage };
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[];
  readonly usage?: Readonly<Record<string, unknown>> | null;
  readonly error?: unknown;
}

function chunkIn(line: string): Chunk | null {
  const data = /^data:\s?(\{.*)$/.exec(line.trimEnd())?.[1];
  return data === undefined ? null : JSON.parse(data);
}

/** OpenAI's library for Python hands on the inner object, and Python writes it in its own way. */
function toldOf(body: string): string {
  let told = body;
  try {
    const parsed: unknown = JSON.parse(body);
    const isWrapped = typeof parsed === "object" && parsed !== null && "error" in parsed;
    told = asPython(isWrapped ? parsed.error : parsed);
  } catch {
    // A page, or plain words.
  }
  return told.trim().slice(0, maxErrorCharacters);
}

function asPython(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return pythonText(value);
  if (Array.isArray(value)) return `[${value.map(asPython).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, child]) => `${pythonText(key)}: ${asPython(child)}`)
    .join(", ")}}`;
}

function pythonText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return quote + text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(quote, `\\${quote}`) + quote;
}

function failed(text: string): UpstreamAnswer {
  return { text, isError: true, usage: {} };
}
