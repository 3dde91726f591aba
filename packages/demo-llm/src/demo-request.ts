import { isRecord } from "@mosaic/incoming/records";
import { stripOpenClawFraming } from "./openclaw-framing.js";

export type DemoProtocolName = "openai" | "anthropic" | "ollama";

/** One message as the demo model sees it; a person's words without OpenClaw's framing. */
export interface DemoMessage {
  readonly role: "user" | "assistant" | "tool";
  readonly text: string;
}

/** What one request asks of the demo model, whichever protocol it came in. */
export interface DemoRequest {
  readonly protocol: DemoProtocolName;
  readonly model: string;
  readonly isStream: boolean;
  readonly includeUsage: boolean;
  readonly systemPrompt: string;
  readonly messages: readonly DemoMessage[];
  readonly toolNames: readonly string[];
  /** The key the caller used, only to fingerprint it on command. */
  readonly key: string;
}

export class DemoHttpError extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, options: { code?: string; retryAfterSeconds?: number } = {}) {
    super(message);
    this.name = "DemoHttpError";
    this.status = status;
    this.code = options.code ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export type JsonRecord = Readonly<Record<string, unknown>>;

export function parseDemoRequest(protocol: DemoProtocolName, body: unknown, key: string): DemoRequest {
  if (!isRecord(body)) throw new DemoHttpError(400, "The body must be a JSON object.");
  const { model, messages } = body;
  if (typeof model !== "string" || model === "") {
    throw new DemoHttpError(400, "You must provide a model parameter.");
  }
  if (!Array.isArray(messages)) throw new DemoHttpError(400, "'messages' must be an array.");
  const parts = messages.flatMap(readMessage);
  const system = [contentText(body["system"]), ...textsOf(parts, "system")];
  const streamOptions = body["stream_options"];
  return {
    protocol,
    model,
    isStream: protocol === "ollama" ? body["stream"] !== false : body["stream"] === true,
    includeUsage: isRecord(streamOptions) && streamOptions["include_usage"] === true,
    systemPrompt: system.filter((text) => text !== "").join("\n\n"),
    messages: parts.flatMap(asConversation),
    toolNames: readToolNames(body["tools"]),
    key,
  };
}

interface Part {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
}

function readMessage(message: unknown): Part[] {
  if (!isRecord(message)) throw new DemoHttpError(400, "Each message must be an object.");
  const role = message["role"];
  const content = message["content"];
  if (role === "system" || role === "developer") {
    return [{ role: "system", text: contentText(content) }];
  }
  if (role === "tool" || role === "function") return [{ role: "tool", text: contentText(content) }];
  if (role === "assistant") return [{ role: "assistant", text: contentText(content) }];
  if (role !== "user") throw new DemoHttpError(400, "A message has an unknown role.");
  const results = toolResultsIn(content).map((text): Part => ({ role: "tool", text }));
  const text = contentText(content);
  return text === "" && results.length > 0 ? results : [...results, { role: "user", text }];
}

/** OpenClaw sends its runtime context as a user message of its own: nobody typed that. */
function asConversation(part: Part): DemoMessage[] {
  if (part.role === "system") return [];
  if (part.role !== "user") return [{ role: part.role, text: part.text }];
  const text = stripOpenClawFraming(part.text);
  return text === "" && part.text !== "" ? [] : [{ role: "user", text }];
}

function textsOf(parts: readonly Part[], role: Part["role"]): string[] {
  return parts.filter((part) => part.role === role).map((part) => part.text);
}

function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: unknown) => (isRecord(part) && typeof part["text"] === "string" ? part["text"] : ""))
    .filter((text) => text !== "")
    .join("\n");
}

function toolResultsIn(content: unknown): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown) => (isRecord(part) && part["type"] === "tool_result" ? [contentText(part["content"])] : []));
}

function readToolNames(tools: unknown): string[] {
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool: unknown) => {
    if (!isRecord(tool)) return [];
    const definition = isRecord(tool["function"]) ? tool["function"] : tool;
    return typeof definition["name"] === "string" ? [definition["name"]] : [];
  });
}
