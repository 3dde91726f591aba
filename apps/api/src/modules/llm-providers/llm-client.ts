import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";

export interface LlmCall {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Bounds connecting, sending and reading together. */
  readonly signal: AbortSignal;
}

export interface LlmAnswer {
  readonly status: number;
  readonly body: string;
}

export type LlmCallFailure = "unknown_host" | "refused" | "unreachable" | "timeout" | "tls" | "broken_off" | "not_http" | "too_large";

export class LlmCallError extends Error {
  readonly failure: LlmCallFailure;

  constructor(failure: LlmCallFailure, options?: ErrorOptions) {
    super(failure, options);
    this.name = "LlmCallError";
    this.failure = failure;
  }
}

/** An answer that is longer is no model list and no single token. */
const maxBodyBytes = 1024 * 1024;

/**
 * The one way in which the API itself calls an address that a user has entered. Follows no redirect, reuses no connection, reads at most 1 MB.
 * Rejects with `LlmCallError` only.
 */
export async function callLlm(call: LlmCall): Promise<LlmAnswer> {
  try {
    const response = await send(call);
    return { status: response.statusCode ?? 0, body: await readBody(response) };
  } catch (error) {
    if (error instanceof LlmCallError) {
      throw error;
    }
    throw new LlmCallError(call.signal.aborted ? "timeout" : failureOf(error), { cause: error });
  }
}

async function send(call: LlmCall): Promise<IncomingMessage> {
  const url = new URL(call.url);
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body), "utf8");
  const headers = {
    accept: "application/json",
    "accept-encoding": "identity",
    "user-agent": "Mosaic",
    ...(body === undefined ? {} : { "content-type": "application/json", "content-length": String(body.length) }),
    ...call.headers,
  };
  return new Promise((resolve, reject) => {
    const open = url.protocol === "https:" ? requestHttps : requestHttp;
    const request = open(url, { method: call.method, headers, agent: false, signal: call.signal }, resolve);
    request.once("error", reject);
    request.end(body);
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) {
      response.destroy();
      throw new LlmCallError("too_large");
    }
    chunks.push(chunk);
  }
  if (!response.complete) {
    throw new LlmCallError("broken_off");
  }
  return Buffer.concat(chunks).toString("utf8");
}

const failureByCode: Readonly<Record<string, LlmCallFailure>> = {
  ENOTFOUND: "unknown_host",
  EAI_AGAIN: "unknown_host",
  EAI_FAIL: "unknown_host",
  EAI_NODATA: "unknown_host",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  EINVAL: "unreachable",
  ETIMEDOUT: "timeout",
  ECONNRESET: "broken_off",
  EPIPE: "broken_off",
};

function failureOf(error: unknown): LlmCallFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code.startsWith("HPE_")) {
    return "not_http";
  }
  const isTls = /^(ERR_SSL_|ERR_TLS_|CERT_|EPROTO|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code);
  return isTls ? "tls" : (failureByCode[code] ?? "broken_off");
}
