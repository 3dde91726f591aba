import type { ServerResponse } from "node:http";
import type { HermesUsage } from "./fake-hermes-upstream.js";

/** How a run came out. `error`: what Hermes says of a failure. */
export interface HermesOutcome {
  readonly text: string;
  readonly reason: "stop" | "length" | "error";
  readonly error: string;
  readonly usage: HermesUsage;
}

export interface ToolProgress {
  readonly tool: string;
  readonly emoji?: string;
  readonly label?: string;
  readonly toolCallId: string;
  readonly status: "running" | "completed";
}

/** Where a run is told. */
export interface HermesReply {
  say(text: string): void;
  tell(progress: ToolProgress): void;
  end(outcome: HermesOutcome): void;
}

interface Head {
  readonly model: string;
  readonly session: string;
}

export function openStream(response: ServerResponse, { model, session }: Head, keepaliveMs: number): HermesReply {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
    "x-hermes-session-id": session,
  });
  const head = { id: newId(), object: "chat.completion.chunk", created: nowSeconds(), model };
  const write = (text: string): void => {
    response.write(text);
    keepalive.refresh();
  };
  const send = (delta: object, reason: string | null, rest: object = {}): void =>
    write(`data: ${asciiJson({ ...head, choices: [{ index: 0, delta, finish_reason: reason }], ...rest })}\n\n`);
  const keepalive = setTimeout(() => write(": keepalive\n\n"), keepaliveMs);
  response.once("close", () => clearTimeout(keepalive));
  send({ role: "assistant" }, null);
  return {
    say: (text) => send({ content: text }, null),
    tell: (progress) => write(`event: hermes.tool.progress\ndata: ${asciiJson(progress)}\n\n`),
    end: ({ reason, error, usage }) => {
      send({}, reason, reason === "error" ? { error: { message: error, type: "agent_error" }, usage } : { usage });
      clearTimeout(keepalive);
      response.end("data: [DONE]\n\n");
    },
  };
}

export function openWhole(response: ServerResponse, { model, session }: Head): HermesReply {
  const end = ({ text, reason, error, usage }: HermesOutcome): void => {
    const isFailed = reason === "error";
    const choices = [{ index: 0, message: { role: "assistant", content: isFailed ? error : text }, finish_reason: reason }];
    const code = reason === "length" ? "output_truncated" : "agent_error";
    const told = { completed: false, partial: reason === "length", failed: isFailed, error: error || null, error_code: code };
    const body = { id: newId(), object: "chat.completion", created: nowSeconds(), model, choices, usage };
    sendJson(response, 200, reason === "stop" ? body : { ...body, hermes: told }, { "x-hermes-session-id": session });
  };
  return { say: () => undefined, tell: () => undefined, end };
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers }).end(body === null ? "" : asciiJson(body));
}

function newId(): string {
  return `chatcmpl-${crypto.randomUUID().replaceAll("-", "").slice(0, 29)}`;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** As Python writes it: whatever is not ASCII is escaped. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
