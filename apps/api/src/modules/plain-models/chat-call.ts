import { randomUUIDv7 } from "node:crypto";
import { readBounded } from "@mosaic/incoming/bounded-body";
import { parseRecord, recordOf, type UnknownRecord } from "@mosaic/incoming/records";
import type { OutboundStream } from "@mosaic/outbound/outbound-client";
import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { maxAnswerTokens, passedFields, type RelayField } from "../llm-relay/relay-fields.js";
import { frame } from "../../platform/http/sse-frame.js";
import { AnswerFrames, completionOf } from "./answer-frames.js";
import { AnswerReader } from "./answer-reader.js";
import { PacedResponse } from "./paced-response.js";
import type { AnswerPart } from "./plain-answer.js";
import { plainDialectOf, plainUrl } from "./plain-dialects.js";
import { callProvider, failure, type Asked, type CallEnds, type ProviderCall } from "./provider-call.js";

/** What the client wrote, and how its answer is headed. */
export interface ChatRequest {
  readonly body: UnknownRecord;
  readonly shownModel: string;
  readonly createdAt: Date;
}

type ChatTarget = Asked & Pick<ProviderCall, "client">;

/** Of an answer as the provider sends it: a frame has some 300 bytes around each word. */
const maxWholeBytes = 4 * 1024 * 1024;
const maxStreamBytes = 16 * 1024 * 1024;
/** Several answers to one request of somebody's own cost them as much. */
const maxAnswers = 8;

/** Has one model answer. Throws as long as nothing is written; from then on a fault is told as OpenAI's API does, within the stream. */
export async function answerChat(target: ChatTarget, request: ChatRequest, response: Response, ends: CallEnds): Promise<void> {
  const { provider, model } = target;
  const dialect = plainDialectOf(provider.kind);
  const isStream = request.body["stream"] === true;
  const wantsUsage = recordOf(request.body["stream_options"])["include_usage"] === true;
  const body = dialect.body({ provider, model, fields: fieldsOf(request.body, target), isStream, wantsUsage });
  const call = { ...target, url: plainUrl(provider, dialect.chatPath), body };
  const head = {
    id: `chatcmpl-${randomUUIDv7()}`,
    created: Math.floor(request.createdAt.getTime() / 1_000),
    model: request.shownModel,
  };
  if (!isStream) {
    const parts = await callProvider(call, ends, async (answer) => wholeOf(answer, call));
    const whole = new PacedResponse(response, "application/json; charset=utf-8");
    await whole.write(JSON.stringify(completionOf(head, parts)));
    await whole.end();
    return;
  }
  await streamChat(call, new AnswerFrames(head, wantsUsage), new PacedResponse(response, "text/event-stream; charset=utf-8"), ends);
}

async function streamChat(call: ProviderCall, frames: AnswerFrames, paced: PacedResponse, ends: CallEnds): Promise<void> {
  try {
    await callProvider(call, ends, async (answer) => {
      for await (const parts of partsOf(answer, call)) {
        const text = parts.map((part) => frames.write(part)).join("");
        await (text === "" ? undefined : paced.write(text));
        assertNoFault(parts, call);
      }
      if (!frames.hasBegun) {
        throw noAnswer(call);
      }
      if (!frames.isWhole) {
        throw failure(call, "provider_failed", "The provider broke off its answer.");
      }
    });
    await paced.write(frames.end());
  } catch (error) {
    ends.left.throwIfAborted();
    if (!paced.hasBegun || !(error instanceof AppError)) {
      throw error;
    }
    await paced.write(faultFrame(error));
  }
  await paced.end();
}

/** What each piece of an answer holds. Some servers answer whole where a stream was asked for. */
async function* partsOf(answer: OutboundStream, call: ProviderCall): AsyncGenerator<readonly AnswerPart[]> {
  if (/\bjson\b/i.test(answer.headers.get("content-type") ?? "")) {
    yield await wholeOf(answer, call);
    return;
  }
  const reader = new AnswerReader(plainDialectOf(call.provider.kind).newReader());
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxStreamBytes) {
      throw tooLong(call);
    }
    const parts = reader.push(chunk);
    yield parts;
    if (parts.at(-1)?.type === "end") {
      return;
    }
  }
  yield reader.close();
}

async function wholeOf(answer: OutboundStream, call: ProviderCall): Promise<readonly AnswerPart[]> {
  const bytes = await readBounded(answer.body, maxWholeBytes, () => tooLong(call));
  const whole = parseRecord(bytes.toString("utf8"));
  const parts = whole === undefined ? [] : plainDialectOf(call.provider.kind).readWhole(whole);
  assertNoFault(parts, call);
  if (!parts.some(({ type }) => type === "said")) {
    throw noAnswer(call);
  }
  return parts;
}

/** Some providers say 200 before they fail. */
function assertNoFault(parts: readonly AnswerPart[], call: ProviderCall): void {
  const fault = parts.find((part) => part.type === "fault");
  if (fault !== undefined) {
    throw failure(call, "provider_failed", "The provider took the request and then failed.", fault.words);
  }
}

function noAnswer(call: ProviderCall): AppError {
  return failure(call, "provider_failed", "What the provider sent is not a model's answer. Check its address.");
}

function tooLong(call: ProviderCall): AppError {
  return failure(call, "provider_failed", "The provider's answer is too long.");
}

function faultFrame({ code, detail, message }: AppError): string {
  return frame({ error: { message: detail ?? message, type: "server_error", param: null, code } });
}

/** As the relay does it: nothing that has a provider keep files, run tools or cost much more. */
function fieldsOf(body: UnknownRecord, { provider, model, isQuoted: isOwn }: Asked): RelayField[] {
  const { messages, n = null, ...others } = body;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalid("messages", "Send at least one message.");
  }
  const isCount = typeof n === "number" && Number.isInteger(n) && n >= 1 && n <= maxAnswers;
  if (n !== null && !(isCount && (isOwn || n === 1))) {
    throw invalid("n", isOwn ? `There can be ${maxAnswers} answers at most.` : "A shared provider gives one answer to a request.");
  }
  const given = Object.entries({ messages, ...others }).filter(([, value]) => value !== null && value !== undefined);
  const fields = given.map(([name, value]): RelayField => [name, jsonOf(value)]);
  const maxTokens = provider.models.find(({ id }) => id === model)?.maxTokens ?? maxAnswerTokens;
  const passed = passedFields("openai-compatible", "chat/completions", fields, { maxTokens });
  return n === null ? passed : [...passed, ["n", jsonOf(n)]];
}

function invalid(path: string, message: string): AppError {
  return new AppError("invalid_input", { detail: message, errors: [{ path, message }] });
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
