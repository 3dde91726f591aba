// A language model that always says "ok", in the three protocols that agents use. The warm-up turn goes here: it loads what the first real
// turn would otherwise wait for, and costs nobody a token.
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

interface Encoder {
  readonly suffix: string;
  readonly contentType: string;
  readonly lines: () => string[];
}

const encoders: readonly Encoder[] = [
  { suffix: "/chat/completions", contentType: "text/event-stream", lines: openaiLines },
  { suffix: "/messages", contentType: "text/event-stream", lines: anthropicLines },
  { suffix: "/api/chat", contentType: "application/x-ndjson", lines: ollamaLines },
];

export interface CannedModel {
  readonly port: number;
  close(): void;
}

/** Starts it on the loopback interface; `port` 0 takes a free one. */
export async function startCannedModel(port: number): Promise<CannedModel> {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(request, response));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  const path = new URL(request.url ?? "", "http://localhost").pathname;
  const encoder = encoders.find(({ suffix }) => path.endsWith(suffix));
  if (!encoder || request.method !== "POST") {
    response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"message":"not found"}}');
    return;
  }
  response.writeHead(200, { "content-type": encoder.contentType });
  for (const line of encoder.lines()) response.write(line);
  response.end();
}

function openaiLines(): string[] {
  const chunk = (choices: object[], more?: object): string =>
    `data: ${JSON.stringify({ id: "warm", object: "chat.completion.chunk", created: 0, model: "m", choices, ...more })}\n\n`;
  return [
    chunk([{ index: 0, delta: { role: "assistant", content: "ok" }, finish_reason: null }]),
    chunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
    chunk([], { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }),
    "data: [DONE]\n\n",
  ];
}

function anthropicLines(): string[] {
  const event = (type: string, fields: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const usage = { input_tokens: 1, output_tokens: 1 };
  return [
    event("message_start", {
      message: { id: "warm", type: "message", role: "assistant", model: "m", content: [], stop_reason: null, stop_sequence: null, usage },
    }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "ok" } }),
    event("content_block_stop", { index: 0 }),
    event("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage }),
    event("message_stop", {}),
  ];
}

function ollamaLines(): string[] {
  const at = "2026-01-01T00:00:00Z";
  const line = (content: string, more: object): string =>
    `${JSON.stringify({ model: "m", created_at: at, message: { role: "assistant", content }, ...more })}\n`;
  return [line("ok", { done: false }), line("", { done: true, done_reason: "stop", prompt_eval_count: 1, eval_count: 1 })];
}
