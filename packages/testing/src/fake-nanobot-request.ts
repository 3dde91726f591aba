import type { IncomingMessage } from "node:http";

/** A turn, as nanobot reads it out of a body. */
export interface NanobotTurn {
  readonly sessionKey: string;
  readonly text: string;
  /** With its images: what the model gets to see. */
  readonly content: unknown;
  readonly isStreamed: boolean;
}

/** An answer other than 200. */
export class NanobotRefusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, message: string, type = "invalid_request_error") {
    super(message);
    this.status = status;
    this.type = type;
  }
}

const maxBodyBytes = 20 * 1024 * 1024;
const defaultSession = "api:default";
const oneMessage = "Only a single user message is supported";

export function requireKey(request: IncomingMessage, apiKey: string): void {
  if (apiKey === "") return;
  const header = request.headers.authorization ?? "";
  if (!header.startsWith("Bearer ")) {
    throw new NanobotRefusal(401, "Missing Authorization header. Use: Bearer <api_key>", "authentication_error");
  }
  if (header.slice("Bearer ".length) !== apiKey) throw new NanobotRefusal(401, "Invalid API key", "authentication_error");
}

/** Headers and `user` are not looked at: only `session_id` says which session it is. */
export async function readTurn(request: IncomingMessage, model: string): Promise<NanobotTurn> {
  const body = await readBody(request);
  const [text, images] = readMessage(body["messages"]);
  const asked = body["model"];
  if (typeof asked === "string" && asked !== "" && asked !== model) {
    throw new NanobotRefusal(400, `Only configured model '${model}' is available`);
  }
  const session = body["session_id"];
  return {
    sessionKey: typeof session === "string" && session !== "" ? `api:${session}` : defaultSession,
    text,
    content: images.length === 0 ? text : [...images, { type: "text", text }],
    isStreamed: body["stream"] === true,
  };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
  }
  try {
    if (size > maxBodyBytes) throw new Error("too large");
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (isObject(parsed)) return parsed;
  } catch {
    // Said below, whatever it was.
  }
  throw new NanobotRefusal(400, "Invalid JSON body");
}

function readMessage(messages: unknown): [text: string, images: readonly unknown[]] {
  const list: readonly unknown[] = Array.isArray(messages) ? messages : [];
  const [message] = list;
  if (list.length !== 1 || !isObject(message) || message["role"] !== "user") throw new NanobotRefusal(400, oneMessage);
  const content = message["content"] ?? "";
  if (typeof content === "string") return [content, []];
  if (!Array.isArray(content)) throw new NanobotRefusal(400, "Invalid content format");
  const parts = (content as unknown[]).filter(isObject);
  const texts = parts.map((part) => (part["type"] === "text" ? part["text"] : null)).filter((text) => typeof text === "string");
  const images = parts.filter((part) => part["type"] === "image_url");
  if (!images.every(isEmbedded)) {
    throw new NanobotRefusal(400, "Remote image URLs are not supported. Use base64 data URLs or upload files via multipart/form-data.");
  }
  return [texts.join(" "), images];
}

function isEmbedded({ image_url: image }: Record<string, unknown>): boolean {
  return isObject(image) && typeof image["url"] === "string" && image["url"].startsWith("data:");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
