import { wordsOf } from "@mosaic/agent-backends/provider-words";
import { readBounded } from "@mosaic/incoming/bounded-body";
import type { UnknownRecord } from "@mosaic/incoming/records";
import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { jsonMembers } from "../llm-relay/json-members.js";
import { JsonTextError } from "../llm-relay/json-scanner.js";
import { bodyOf, type RelayField } from "../llm-relay/relay-fields.js";
import { PacedResponse } from "./paced-response.js";
import { plainDialectOf, plainUrl } from "./plain-dialects.js";
import { callProvider, failure, type Asked, type CallEnds, type ProviderCall } from "./provider-call.js";

/** A thousand texts as OpenAI's clients ask for them, and a third as many in plain numbers. */
const maxAnswerBytes = 16 * 1024 * 1024;
const maxQuotedBytes = 64 * 1024;
const openBracket = 0x5b;

/** What goes on of a request: `user` and the like would name somebody to whoever has the key. */
const passed = ["input", "encoding_format", "dimensions"] as const;

/** Passes texts on and their embeddings back, of which no objects are made: they are long. Throws as long as nothing is written. */
export async function answerEmbeddings(
  target: Asked & Pick<ProviderCall, "client">,
  request: UnknownRecord,
  response: Response,
  ends: CallEnds,
): Promise<void> {
  const { provider, model } = target;
  const { embeddingsPath } = plainDialectOf(provider.kind);
  if (embeddingsPath === null) {
    throw new AppError("conflict");
  }
  const fields = passed.flatMap((name): RelayField[] => (request[name] == null ? [] : [[name, jsonOf(request[name])]]));
  const call = { ...target, url: plainUrl(provider, embeddingsPath), body: bodyOf([["model", jsonOf(model)], ...fields]) };
  const answer = await callProvider(call, ends, async ({ body, headers }) => {
    const tooLarge = (): AppError =>
      failure(call, "provider_failed", `The embeddings have more than ${maxAnswerBytes / 1024 / 1024} MB. Send fewer texts at once.`);
    return checked(await readBounded(body, maxAnswerBytes, tooLarge, headers.get("content-length")), call, ends);
  });
  const paced = new PacedResponse(response, "application/json; charset=utf-8");
  for (const piece of answer) {
    await paced.write(piece);
  }
  await paced.end();
}

/** The members that OpenAI's clients read, as they came. */
async function checked(bytes: Buffer, call: ProviderCall, { left }: CallEnds): Promise<Buffer[]> {
  const members = await jsonMembers(bytes, left).catch((error: unknown) => {
    if (error instanceof JsonTextError) {
      return null;
    }
    throw error;
  });
  const valueOf = (name: string): Buffer | null => {
    const span = members?.get(name);
    return span === undefined ? null : bytes.subarray(span.start, span.end);
  };
  const data = valueOf("data");
  if (data?.[0] !== openBracket) {
    const words = wordsOf(bytes.toString("utf8", 0, maxQuotedBytes));
    throw failure(call, "provider_failed", "What the provider sent are no embeddings. Check its address and the model.", words);
  }
  return bodyOf([
    ["object", jsonOf("list")],
    ["data", data],
    ["model", jsonOf(call.model)],
    ["usage", valueOf("usage") ?? jsonOf({ prompt_tokens: 0, total_tokens: 0 })],
  ]);
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
