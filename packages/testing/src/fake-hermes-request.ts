import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { HermesMessage } from "./fake-hermes-sessions.js";

/** A turn, as Hermes reads it out of a request. */
export interface HermesTurn {
  readonly session: string;
  /** The request named its session: what was said is in the store, and nowhere else. */
  readonly isNamed: boolean;
  readonly instructions: string;
  readonly earlier: readonly HermesMessage[];
  readonly content: unknown;
  readonly isStreamed: boolean;
  readonly model: string;
}

/** An answer other than 200. */
export class HermesRefusal extends Error {
  readonly status: number;
  /** `null`: an empty body. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string | null, code: string | null = null, headers: Readonly<Record<string, string>> = {}) {
    super(message ?? "");
    this.status = status;
    this.headers = headers;
    const type = status === 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
    this.body = message === null ? null : { error: { message, type, ...(code === null ? {} : { code }) } };
  }
}

const maxBodyBytes = 10_000_000;
const maxTextCharacters = 65_536;
const maxSessionCharacters = 256;

/** A browser's request is answered without a word, whatever its key. */
export function refuseBrowsers(request: IncomingMessage): void {
  if (request.headers.origin !== undefined) throw new HermesRefusal(403, null);
}

export function requireKey(request: IncomingMessage, apiKey: string): void {
  if (request.headers.authorization !== `Bearer ${apiKey}`) throw new HermesRefusal(401, "Invalid API key", "invalid_api_key");
}

export async function readTurn(request: IncomingMessage, modelName: string): Promise<HermesTurn> {
  const body = await readBody(request);
  const list: readonly unknown[] = Array.isArray(body["messages"]) ? body["messages"] : [];
  if (list.length === 0) throw new HermesRefusal(400, "Missing or invalid 'messages' field");
  const messages = list.filter(isObject);
  const instructions = messages
    .filter(({ role }) => role === "system")
    .map(({ content }) => String(contentOf(content)))
    .join("\n");
  const said = messages.flatMap(({ role, content }): HermesMessage[] =>
    role === "user" || role === "assistant" ? [{ role, content: contentOf(content) }] : [],
  );
  const last = said.at(-1)?.content ?? "";
  if (typeof last === "string" && last.trim() === "") throw new HermesRefusal(400, "No user message found in messages");
  const named = sessionNameOf(request);
  const first = said.find(({ role }) => role === "user")?.content ?? "";
  return {
    session: named === "" ? hashOf(instructions, first) : named,
    isNamed: named !== "",
    instructions,
    earlier: said.slice(0, -1),
    content: last,
    isStreamed: body["stream"] === true,
    model: typeof body["model"] === "string" ? body["model"] : modelName,
  };
}

function sessionNameOf(request: IncomingMessage): string {
  const name = String(request.headers["x-hermes-session-id"] ?? "").trim();
  if (name.length > maxSessionCharacters || /[\p{Cc}/\\]|\.\./u.test(name)) throw new HermesRefusal(400, "Invalid session ID");
  return name;
}

/** Conversations that begin alike are one. */
function hashOf(instructions: string, first: unknown): string {
  const seed = `${instructions}\n${JSON.stringify(first)}`;
  return `api-${createHash("sha256").update(seed).digest("hex").slice(0, 16)}`;
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
  }
  if (size > maxBodyBytes) throw new HermesRefusal(413, "Request body too large.", "body_too_large");
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (isObject(parsed)) return parsed;
  } catch {
    // Said below, whatever it was.
  }
  throw new HermesRefusal(400, "Invalid JSON in request body");
}

/** Texts alone become one, each on a line of its own. Each is cut, without a word. */
function contentOf(content: unknown): unknown {
  if (typeof content === "string") return content.slice(0, maxTextCharacters);
  if (!Array.isArray(content)) return "";
  const parts = (content as readonly unknown[]).filter(isObject).map(partOf);
  if (!parts.every(({ type }) => type === "text")) return parts;
  return parts
    .map(({ text }) => String(text))
    .filter((text) => text !== "")
    .join("\n");
}

function partOf(part: Record<string, unknown>): Record<string, unknown> {
  const type = part["type"];
  const text = typeof part["text"] === "string" ? part["text"] : "";
  if (type === "text") return { type, text: text.slice(0, maxTextCharacters) };
  if (type !== "image_url") throw new HermesRefusal(400, `Unsupported content part type '${String(type)}'.`, "unsupported_content_type");
  const url = isObject(part["image_url"]) ? part["image_url"]["url"] : part["image_url"];
  if (typeof url !== "string" || !/^(?:https?:\/\/|data:image\/[^,]*,)/i.test(url)) {
    throw new HermesRefusal(400, "Image inputs must use http(s) URLs or data:image/... URLs.", "invalid_image_url");
  }
  return { type, image_url: { url } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
