import { randomBytes } from "node:crypto";
import type { DemoAnswer } from "./demo-answer.js";
import type { AnswerFacts, DemoEncoder, DemoToolCall } from "./demo-encoder.js";
import { demoEncoders } from "./demo-encoders.js";
import { type Exchange, pause } from "./exchange.js";
import { DemoHttpError, type DemoRequest } from "./demo-request.js";

export interface DeliveryOptions {
  readonly maxHangMs: number;
  /** Pause before each word where the answer itself asks for none. */
  readonly wordDelayMs: number;
}

/** Carries an answer out on one response, in the protocol of its request. */
export async function deliver(request: DemoRequest, answer: DemoAnswer, exchange: Exchange, options: DeliveryOptions): Promise<void> {
  if (answer.kind === "fail") throw failureOf(answer);
  if (answer.kind === "reset") {
    exchange.breakOff();
  } else if (answer.kind === "hang") {
    await pause(options.maxHangMs, exchange.signal);
    throw new DemoHttpError(504, "The demo model was told to hang and gives up now.");
  } else if (request.isStream) {
    await deliverStream(request, answer, exchange, options);
  } else {
    await deliverWhole(request, answer, exchange, options);
  }
}

type Deliverable = Extract<DemoAnswer, { kind: "text" | "tool" }>;

async function deliverStream(request: DemoRequest, answer: Deliverable, exchange: Exchange, options: DeliveryOptions): Promise<void> {
  const encoder = demoEncoders[request.protocol];
  const facts = factsOf(request, answer);
  const { response } = exchange;
  response.writeHead(200, { "content-type": encoder.streamType, "cache-control": "no-store" });
  response.flushHeaders();
  await exchange.write(encoder.start(facts));
  if (answer.kind === "tool") {
    await exchange.write(encoder.tool(facts, answer));
    response.end(encoder.end(facts, "tool"));
    return;
  }
  for (const word of answer.reasoning === undefined ? [] : wordsOf(answer.reasoning)) {
    await pause(answer.wordDelayMs ?? options.wordDelayMs, exchange.signal);
    await exchange.write(encoder.reasoning(facts, word));
  }
  await exchange.write(encoder.beginText());
  const isWhole = await writeWords(encoder, facts, answer, exchange, options);
  if (isWhole) response.end(encoder.end(facts, "stop"));
  else exchange.breakOff();
}

async function writeWords(
  encoder: DemoEncoder,
  facts: AnswerFacts,
  answer: Exclude<Deliverable, DemoToolCall>,
  exchange: Exchange,
  options: DeliveryOptions,
): Promise<boolean> {
  const delayMs = answer.wordDelayMs ?? options.wordDelayMs;
  const deadline = Date.now() + options.maxHangMs;
  await pause(answer.firstDelayMs ?? 0, exchange.signal);
  for (const [index, word] of wordsOf(answer.text).entries()) {
    if (index === answer.breakAfterWords) return false;
    await pause(delayMs, exchange.signal);
    if (Date.now() > deadline) break;
    await exchange.write(encoder.text(facts, word));
  }
  return true;
}

async function deliverWhole(request: DemoRequest, answer: Deliverable, exchange: Exchange, options: DeliveryOptions): Promise<void> {
  if (answer.kind === "text") {
    const words = wordsOf(answer.text).length;
    const totalMs = (answer.firstDelayMs ?? 0) + words * (answer.wordDelayMs ?? 0);
    await pause(Math.min(totalMs, options.maxHangMs), exchange.signal);
  }
  const body = JSON.stringify(demoEncoders[request.protocol].whole(factsOf(request, answer), answer));
  const { response } = exchange;
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  if (answer.kind === "text" && answer.breakAfterWords !== undefined) {
    await exchange.write(body.slice(0, Math.ceil(body.length / 2)));
    exchange.breakOff();
    return;
  }
  response.end(body);
}

function failureOf(answer: Extract<DemoAnswer, { kind: "fail" }>): DemoHttpError {
  const message = answer.message ?? `The demo model was told to fail with ${answer.status}.`;
  const { retryAfterSeconds } = answer;
  return new DemoHttpError(answer.status, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
}

function factsOf(request: DemoRequest, answer: Deliverable): AnswerFacts {
  const input = [request.systemPrompt, ...request.messages.map((message) => message.text)];
  const output = answer.kind === "text" ? answer.text : JSON.stringify(answer.args);
  return {
    id: randomBytes(12).toString("hex"),
    model: request.model,
    createdAt: new Date(),
    includeUsage: request.includeUsage,
    inputTokens: input.reduce((sum, text) => sum + countTokens(text), 0),
    outputTokens: countTokens(output),
  };
}

/** Words stand in for tokens: nobody pays for the demo. */
function countTokens(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

/** Each word keeps the white space before it, so the pieces join to the text again. */
export function wordsOf(text: string): string[] {
  const pieces = text.split(/(?<=\S)(?=\s)/);
  const last = pieces.at(-1) ?? "";
  // White space at the end belongs to the last word.
  return pieces.length > 1 && last.trim() === "" ? [...pieces.slice(0, -2), `${pieces.at(-2) ?? ""}${last}`] : pieces;
}
