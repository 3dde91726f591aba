import { openclawDialects } from "@mosaic/agent-backends/openclaw-dialects";
import type { ProbedProvider } from "@mosaic/agent-backends/openclaw-probe";
import { codeOfRefusal, quoteProvider, wordsOf } from "@mosaic/agent-backends/provider-words";
import type { ProblemCode } from "@mosaic/contracts/problem";
import { readBeginning } from "@mosaic/incoming/bounded-body";
import type { OutboundClient, OutboundStream } from "@mosaic/outbound/outbound-client";
import { OutboundError, type OutboundErrorCode } from "@mosaic/outbound/outbound-error";
import { AppError } from "../../platform/errors/app-error.js";
import { plainHeaders } from "./plain-dialects.js";

/** Who is asked, and what of their words may be told. */
export interface Asked {
  readonly providerId: string;
  readonly provider: ProbedProvider;
  readonly model: string;
  /** Whether the caller may read what the provider says of itself: it is theirs. */
  readonly isQuoted: boolean;
}

export interface ProviderCall extends Asked {
  readonly client: Pick<OutboundClient, "stream">;
  readonly url: string;
  /** Empties as it is sent. */
  readonly body: Buffer[];
}

/** What ends a call before its end. */
export interface CallEnds {
  /** Whoever asked does not wait any more. */
  readonly left: AbortSignal;
  /** The time for all of it is up. */
  readonly late: AbortSignal;
}

/** They are about the request, which the client wrote: the same one again would fare no better. */
const aboutRequest: ReadonlySet<number> = new Set([400, 413, 422]);
const maxRetrySeconds = 3_600;

const codeOfOutbound: Partial<Record<OutboundErrorCode, ProblemCode>> = {
  timeout: "provider_timeout",
  reset: "provider_failed",
  bad_answer: "provider_failed",
  too_large: "provider_failed",
};

const wordsForMembers: Partial<Record<ProblemCode, string>> = {
  provider_timeout: "The provider that an admin shares did not answer in time.",
  provider_failed: "The provider that an admin shares did not give a whole answer.",
  provider_unreachable: "Mosaic can't reach the provider that an admin shares.",
};

/** Resolves with what `use` makes of an answer of status 200. Whatever goes wrong is an `AppError`, or the reason for which the caller left. */
export async function callProvider<Result>(
  call: ProviderCall,
  { left, late }: CallEnds,
  use: (answer: OutboundStream) => Promise<Result>,
): Promise<Result> {
  const silenceMs = openclawDialects[call.provider.kind].silenceSeconds * 1_000;
  const init = { method: "POST", headers: plainHeaders(call.provider), body: call.body, signal: AbortSignal.any([left, late]) };
  try {
    const answer = await call.client.stream(call.url, init, { headMs: silenceMs, silenceMs });
    try {
      if (answer.status !== 200) {
        throw refusal(answer, call, await readBeginning(answer.body));
      }
      return await use(answer);
    } finally {
      answer.body.destroy();
    }
  } catch (error) {
    left.throwIfAborted();
    if (late.aborted) {
      throw failure(call, "provider_timeout", "The answer took too long.");
    }
    throw error instanceof OutboundError ? unreached(error, call) : error;
  }
}

/** A provider that answered, and not with what was asked for. `words`: its own. */
export function failure({ providerId, isQuoted }: Asked, code: ProblemCode, sentence: string, words = ""): AppError {
  return new AppError(code, { detail: `${sentence}${isQuoted ? quoteProvider(words) : ""}`, meta: { providerId } });
}

function refusal({ status, headers }: OutboundStream, { providerId, model, isQuoted }: Asked, body: string): AppError {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const said = isQuoted ? quoteProvider(wordsOf(body)) : "";
  return new AppError(aboutRequest.has(status) ? "invalid_input" : codeOfRefusal(status), {
    detail: `The provider did not accept the request to ${model} (status ${status}).${said}`,
    meta: { providerId, status },
    ...(Number.isInteger(seconds) && seconds >= 0 && seconds <= maxRetrySeconds ? { retryAfterSeconds: seconds } : {}),
  });
}

function unreached(error: OutboundError, { providerId, isQuoted }: Asked): AppError {
  const code = codeOfOutbound[error.code] ?? "provider_unreachable";
  return new AppError(code, {
    detail: isQuoted ? error.message : (wordsForMembers[code] ?? ""),
    cause: error,
    meta: { providerId, host: error.host, outbound: error.code, reason: error.reason },
  });
}
