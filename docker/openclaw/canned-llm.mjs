// A language model that always says "ok", in the three protocols that agents use. The warm-up turn goes here: it loads what the first real
// turn would otherwise wait for, and costs nobody a token.
import http from "node:http";

const ENCODERS = [
  ["/chat/completions", "text/event-stream", openaiLines],
  ["/messages", "text/event-stream", anthropicLines],
  ["/api/chat", "application/x-ndjson", ollamaLines],
];

/** Starts it on the loopback interface; `port` 0 takes a free one. */
export async function startCannedLlm(port) {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(request, response));
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: server.address().port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(request, response) {
  const path = new URL(request.url, "http://localhost").pathname;
  const encoder = ENCODERS.find(([suffix]) => path.endsWith(suffix));
  if (!encoder || request.method !== "POST") {
    response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"message":"not found"}}');
    return;
  }
  const [, contentType, lines] = encoder;
  response.writeHead(200, { "content-type": contentType });
  for (const line of lines()) response.write(line);
  response.end();
}

function openaiLines() {
  const chunk = (choice, more) =>
    `data: ${JSON.stringify({ id: "warm", object: "chat.completion.chunk", created: 0, model: "m", choices: choice, ...more })}\n\n`;
  return [
    chunk([{ index: 0, delta: { role: "assistant", content: "ok" }, finish_reason: null }]),
    chunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
    chunk([], { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }),
    "data: [DONE]\n\n",
  ];
}

function anthropicLines() {
  const event = (type, fields) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
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

function ollamaLines() {
  const at = "2026-01-01T00:00:00Z";
  return [
    `${JSON.stringify({ model: "m", created_at: at, message: { role: "assistant", content: "ok" }, done: false })}\n`,
    `${JSON.stringify({ model: "m", created_at: at, message: { role: "assistant", content: "" }, done: true, done_reason: "stop", prompt_eval_count: 1, eval_count: 1 })}\n`,
  ];
}
