import type { HermesConfig } from "./fake-hermes-settings.js";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface HermesUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export interface UpstreamAnswer {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly reason: string;
  readonly usage: HermesUsage;
}

interface UpstreamCall {
  readonly messages: readonly unknown[];
  readonly tools: readonly unknown[];
  readonly signal: AbortSignal;
  /** Each piece of text, as it comes. */
  readonly onText: (text: string) => void;
}

/** What Hermes says of a model that failed. */
export class UpstreamError extends Error {}

export const noUsage: HermesUsage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

/** Hermes tells no more of what a provider says. */
const maxErrorCharacters = 500;

/** One call of the configured model. Throws `UpstreamError`, or the signal's reason. */
export async function askUpstream(config: HermesConfig, call: UpstreamCall): Promise<UpstreamAnswer> {
  if (config.baseUrl === "" || config.model === "") throw new UpstreamError("No inference provider configured.");
  const tools = call.tools.length === 0 ? {} : { tools: call.tools };
  const body = { model: config.model, messages: call.messages, stream: true, stream_options: { include_usage: true }, ...tools };
  try {
    const response = await fetch(`${config.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${config.modelKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: call.signal,
    });
    if (!response.ok || response.body === null) throw new UpstreamError(`HTTP ${response.status}: ${toldOf(await response.text())}`);
    return await readAnswer(response.body, call.onText);
  } catch (error) {
    call.signal.throwIfAborted();
    if (error instanceof UpstreamError) throw error;
    const isCut = error instanceof TypeError && error.message === "terminated";
    throw new UpstreamError(isCut ? "peer closed connection without sending complete message body" : "Connection error.");
  }
}

/** What Hermes asks before its first turn, with the key and without. Whatever is answered is fine. */
export async function probeUpstream({ baseUrl, model, modelKey }: HermesConfig, signal: AbortSignal): Promise<void> {
  if (baseUrl === "") return;
  const root = baseUrl.replace(/\/v1$/, "");
  const urls = [`${baseUrl}/models`, `${baseUrl}/models/${encodeURIComponent(model)}`, `${root}/api/v1/models`, `${root}/api/show`];
  for (const url of urls) {
    for (const headers of [{ authorization: `Bearer ${modelKey}` }, {}]) {
      const isPost = url.endsWith("/api/show");
      const asked = isPost ? { method: "POST", body: JSON.stringify({ name: model }) } : {};
      await fetch(url, { ...asked, headers, signal }).then(
        (response) => response.body?.cancel(),
        () => undefined,
      );
    }
  }
}

async function readAnswer(body: ReadableStream<Uint8Array>, onText: (text: string) => void): Promise<UpstreamAnswer> {
  const decoder = new TextDecoder();
  const calls = new Map<number, ToolCall>();
  let answer = { text: "", reason: "", usage: noUsage };
  let rest = "";
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const chunk of lines.map(chunkIn).filter((found) => found !== null)) {
      if (chunk.error !== undefined) throw new UpstreamError(toldOf(JSON.stringify({ error: chunk.error })));
      const { delta, finish_reason: reason } = chunk.choices?.[0] ?? {};
      const piece = delta?.content ?? "";
      answer = { text: answer.text + piece, reason: reason ?? answer.reason, usage: { ...answer.usage, ...chunk.usage } };
      if (piece !== "") onText(piece);
      for (const call of delta?.tool_calls ?? []) addCall(calls, call);
    }
  }
  return { ...answer, calls: [...calls.values()] };
}

interface CallPiece {
  readonly index: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly tool_calls?: readonly CallPiece[] };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: Partial<HermesUsage> | null;
  readonly error?: unknown;
}

function addCall(calls: Map<number, ToolCall>, { index, id, function: called }: CallPiece): void {
  const known = calls.get(index) ?? { id: "", name: "", arguments: "" };
  calls.set(index, {
    id: id ?? known.id,
    name: known.name + (called?.name ?? ""),
    arguments: known.arguments + (called?.arguments ?? ""),
  });
}

function chunkIn(line: string): Chunk | null {
  const data = /^data:\s?(\{.*)$/.exec(line.trimEnd())?.[1];
  return data === undefined ? null : JSON.parse(data);
}

function toldOf(body: string): string {
  try {
    const { error }: { error?: { message?: unknown } } = JSON.parse(body);
    if (typeof error?.message === "string") return error.message.slice(0, maxErrorCharacters);
  } catch {
    // A page, or plain words.
  }
  return body.trim().slice(0, maxErrorCharacters);
}
