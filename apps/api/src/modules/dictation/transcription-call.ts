import { codeOfRefusal, quoteProvider, wordsOf } from "@mosaic/agent-backends/provider-words";
import { messageMaxCharacters } from "@mosaic/contracts/chat";
import { transcription } from "@mosaic/contracts/dictation";
import { readBeginning, readBounded } from "@mosaic/incoming/bounded-body";
import type { OutboundClient } from "@mosaic/outbound/outbound-client";
import { OutboundError } from "@mosaic/outbound/outbound-error";
import { AppError } from "../../platform/errors/app-error.js";
import type { AudioKind } from "./audio-kind.js";

/** `totalMs`: to the last byte of the answer. One that comes drop by drop would keep a place for ever. */
const limits = { headMs: 60_000, silenceMs: 15_000, totalMs: 120_000 };
/** Minutes of speech are a few thousand characters. */
const maxAnswerBytes = 512 * 1024;

export interface TranscriptionCall {
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly model: string;
  readonly audio: Uint8Array<ArrayBuffer>;
  readonly kind: AudioKind;
  /** Whether the caller may read what the provider says of itself: it is theirs. */
  readonly isQuoted: boolean;
}

/** Has a provider write a recording down. Throws what a turn would for the same fault, with the provider's words where they may be read. */
export async function transcribe(
  client: Pick<OutboundClient, "stream">,
  call: TranscriptionCall,
  left: AbortSignal,
  { totalMs, ...bounds } = limits,
): Promise<string> {
  const { type, body } = await formOf(call);
  const headers = {
    "content-type": type,
    accept: "application/json",
    ...(call.apiKey === null ? {} : { authorization: `Bearer ${call.apiKey}` }),
  };
  const url = `${call.baseUrl.replace(/(?<!\/)\/+$/, "")}/audio/transcriptions`;
  const late = AbortSignal.timeout(totalMs);
  try {
    const signal = AbortSignal.any([left, late]);
    const answer = await client.stream(url, { method: "POST", headers, body: [body], signal }, bounds);
    try {
      if (answer.status !== 200) {
        throw refusal(answer.status, call, await readBeginning(answer.body));
      }
      return textOf(await readBounded(answer.body, maxAnswerBytes, () => noTranscription()));
    } finally {
      answer.body.destroy();
    }
  } catch (error) {
    if (late.aborted && !left.aborted) {
      throw tooLate();
    }
    throw error instanceof OutboundError ? unreachable(error, call) : error;
  }
}

/** As a browser's form would send it. */
async function formOf({ model, audio, kind }: TranscriptionCall): Promise<{ type: string; body: Uint8Array }> {
  const form = new FormData();
  form.set("model", model);
  form.set("response_format", "json");
  form.set("file", new File([audio], `speech.${kind.ending}`, { type: kind.type }));
  const encoded = new Response(form);
  return { type: encoded.headers.get("content-type") ?? "", body: new Uint8Array(await encoded.arrayBuffer()) };
}

function textOf(bytes: Buffer): string {
  let answer: unknown;
  try {
    answer = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw noTranscription();
  }
  const { data } = transcription.safeParse(answer);
  if (data === undefined) {
    throw noTranscription();
  }
  return data.text.trim().slice(0, messageMaxCharacters);
}

function refusal(status: number, { model, isQuoted }: TranscriptionCall, body: string): AppError {
  const said = isQuoted ? quoteProvider(wordsOf(body)) : "";
  return new AppError(codeOfRefusal(status), {
    detail: `The provider did not write down what you said (status ${status}, model ${isQuoted ? model : "of an admin"}).${said}`,
  });
}

function noTranscription(): AppError {
  return new AppError("provider_failed", { detail: "The provider's answer is not a transcription. Check its dictation model." });
}

function tooLate(): AppError {
  return new AppError("provider_timeout", { detail: "The provider did not transcribe your recording in time." });
}

function unreachable(error: OutboundError, { isQuoted }: TranscriptionCall): AppError {
  return new AppError(error.code === "timeout" ? "provider_timeout" : "provider_unreachable", {
    detail: isQuoted ? error.message : "The provider that an admin shares did not transcribe your recording.",
  });
}
