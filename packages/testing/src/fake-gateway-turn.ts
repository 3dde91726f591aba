import { randomBytes, randomUUID } from "node:crypto";
import { composeDemoAnswer, type DemoAnswer } from "@mosaic/demo-llm/demo-answer";
import type { DemoRequest } from "@mosaic/demo-llm/demo-request";
import { wordsOf } from "@mosaic/demo-llm/demo-delivery";
import { type Exchange, pause } from "@mosaic/demo-llm/exchange";
import { type GatewayError, upstreamTimeout, upstreamError } from "./fake-gateway-errors.js";
import { type FakeSession, withoutFraming } from "./fake-gateway-sessions.js";

export interface TurnOptions {
  readonly decide: (request: DemoRequest) => DemoAnswer | undefined;
  readonly systemPrompt: string;
  readonly wordDelayMs: number;
  readonly maxHangMs: number;
  /** Resolves at once unless the whole gateway stands still. */
  readonly whileStopped: () => Promise<void>;
}

type Answer = Extract<DemoAnswer, { kind: "text" | "tool" }>;

/** One chat completion the way the gateway makes it: the session's memory, then its own stream. */
export async function runFakeTurn(request: DemoRequest, session: FakeSession, reply: GatewayReply, options: TurnOptions): Promise<void> {
  const seen: DemoRequest = {
    ...request,
    systemPrompt: [options.systemPrompt, request.systemPrompt].filter(Boolean).join("\n\n"),
    messages: withoutFraming(session.begin(request.messages)),
  };
  const answer = options.decide(seen) ?? composeDemoAnswer(seen);
  try {
    reply.signal.throwIfAborted();
    if (answer.kind === "hang") {
      await pause(options.maxHangMs, reply.signal);
      reply.fail(upstreamTimeout);
    } else if (answer.kind === "fail") {
      reply.fail(upstreamError(answer));
    } else if (answer.kind === "reset") {
      reply.fail(upstreamTimeout);
    } else if (await sendAnswer(answer, reply, options)) {
      session.complete(
        answer.kind === "text" ? answer.text : "",
        reply.isDelegating && answer.kind === "tool" ? pendingResult(answer.name) : null,
      );
      return;
    }
    session.breakOff();
  } catch (error) {
    session.breakOff();
    throw error;
  }
}

async function sendAnswer(answer: Answer, reply: GatewayReply, options: TurnOptions): Promise<boolean> {
  if (answer.kind === "tool") {
    await reply.tool(answer);
    return true;
  }
  const delayMs = answer.wordDelayMs ?? options.wordDelayMs;
  for (const word of answer.reasoning === undefined ? [] : wordsOf(answer.reasoning)) await reply.think(word);
  await pause(answer.firstDelayMs ?? 0, reply.signal);
  for (const [index, word] of wordsOf(answer.text).entries()) {
    if (index === answer.breakAfterWords) {
      reply.breakOff();
      return false;
    }
    await pause(delayMs, reply.signal);
    await options.whileStopped();
    await reply.text(word);
  }
  reply.end("stop");
  return true;
}

/** Writes one answer in one of the gateway's exact forms. */
export interface GatewayReply {
  /** Aborted when nobody is to be answered any more. */
  readonly signal: AbortSignal;
  readonly runId: string;
  /** The tools are the client's. */
  readonly isDelegating: boolean;
  /** HTTP has no place for it. */
  think(piece: string): Promise<void>;
  text(piece: string): Promise<void>;
  tool(call: Extract<DemoAnswer, { kind: "tool" }>): Promise<void>;
  end(reason: "stop" | "tool_calls"): void;
  fail(error: GatewayError): void;
  /** As when the provider breaks off in the middle. */
  breakOff(): void;
}

/** A word is a token, and the words of a message that is not the last one were kept. */
export function usageOf({ messages }: DemoRequest, pieces: number): Record<string, unknown> {
  const counts = messages.map(({ text }) => text.split(" ").length);
  const all = counts.reduce((total, count) => total + count, 0);
  return {
    prompt_tokens: all,
    completion_tokens: pieces,
    total_tokens: all + pieces,
    prompt_tokens_details: { cached_tokens: all - (counts.at(-1) ?? 0) },
  };
}

export function streamReply(request: DemoRequest, exchange: Exchange): GatewayReply {
  const head = answerHead(request, "chat.completion.chunk");
  const chunk = (delta: unknown, finish: string | null = null): string =>
    event({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] });
  exchange.response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  exchange.response.write(chunk({ role: "assistant" }));
  let pieces = 0;
  const end = (reason: string): void => {
    const usage = request.includeUsage ? event({ ...head, choices: [], usage: usageOf(request, pieces) }) : "";
    exchange.response.end(`${chunk({}, reason)}${usage}data: [DONE]\n\n`);
  };
  return {
    signal: exchange.signal,
    breakOff: exchange.breakOff,
    think: async () => undefined,
    runId: head.id,
    isDelegating: true,
    text: (piece) => {
      pieces += 1;
      return exchange.write(chunk({ content: piece }));
    },
    tool: async (call) => {
      const { function: called, ...identity } = toolCall(call);
      await exchange.write(chunk({ tool_calls: [{ index: 0, ...identity, function: { name: called.name, arguments: "" } }] }));
      for (const piece of called.arguments.match(/.{1,256}/gs) ?? [""]) {
        await exchange.write(chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] }));
      }
      end("tool_calls");
    },
    end,
    fail: ({ message, type }) => {
      exchange.response.end(`${event({ error: { message, type } })}data: [DONE]\n\n`);
    },
  };
}

export function wholeReply(request: DemoRequest, exchange: Exchange): GatewayReply {
  const head = answerHead(request, "chat.completion");
  const pieces: string[] = [];
  const finish = (message: unknown, reason: string): void => {
    sendGatewayJson(exchange, 200, {
      ...head,
      choices: [{ index: 0, message, finish_reason: reason }],
      usage: usageOf(request, pieces.length),
    });
  };
  return {
    signal: exchange.signal,
    breakOff: exchange.breakOff,
    think: async () => undefined,
    runId: head.id,
    isDelegating: true,
    text: async (piece) => {
      pieces.push(piece);
    },
    tool: async (call) => {
      const message = { role: "assistant", content: "", tool_calls: [toolCall(call)] };
      finish(message, "tool_calls");
    },
    end: (reason) => finish({ role: "assistant", content: pieces.join("") }, reason),
    fail: ({ status, message, type }) => sendGatewayJson(exchange, status, { error: { message, type } }),
  };
}

export function sendGatewayJson(exchange: Exchange, status: number, body: unknown): void {
  exchange.response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  exchange.response.end(JSON.stringify(body));
}

/** What the session has in place of a result until the client brings it. */
function pendingResult(tool: string): string {
  return JSON.stringify({ status: "pending", tool, message: "Tool execution delegated to client" }, null, 2);
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function answerHead(request: DemoRequest, object: string): { id: string } & Record<string, unknown> {
  return {
    id: `chatcmpl_${randomUUID()}`,
    object,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
  };
}

/** The id is for the client alone: the session has another one. */
function toolCall(call: Extract<DemoAnswer, { kind: "tool" }>): {
  readonly id: string;
  readonly type: string;
  readonly function: { readonly name: string; readonly arguments: string };
} {
  return {
    id: randomBytes(5).toString("hex").slice(0, 9),
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.args) },
  };
}
