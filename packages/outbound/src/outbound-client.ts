import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { AddressPolicy } from "./address-policy.js";
import { acceptedEncodings, isEncoded, readBoundedBody } from "./bounded-body.js";
import { type BoundedJson, defaultMaxJsonDepth, parseBoundedJson } from "./bounded-json.js";
import { openConnection, type OutboundTarget, type ResolveHost, resolveWithSystem, targetOf } from "./judged-connection.js";
import { fromSystemError, OutboundError, timedOut } from "./outbound-error.js";

export interface OutboundLimits {
  /** From the call to the last byte of the answer, looking up and connecting included. */
  readonly totalMs: number;
  /** Of the answer's body, as sent and as decoded. */
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxJsonDepth: number;
}

export interface OutboundClientOptions {
  /** Asked anew for each call, so that a change counts at once. If it rejects, the call does too, with the same error. */
  readonly policy: () => AddressPolicy | Promise<AddressPolicy>;
  readonly limits?: Partial<OutboundLimits>;
  /** PEM certificates that are trusted beside the system's. */
  readonly trustedCertificates?: readonly string[];
  readonly resolve?: ResolveHost;
}

/** As the global `RequestInit`; libraries that pass every member on, set or not, are understood as well. */
export type OutboundInit = { readonly [Member in keyof RequestInit]?: RequestInit[Member] | undefined };

export interface OutboundJson {
  readonly status: number;
  readonly headers: Headers;
  readonly json: BoundedJson;
}

/** An answer whose body is still on its way, as it was sent. */
export interface OutboundStream {
  readonly status: number;
  readonly headers: Headers;
  /** Fails when the other end breaks off or falls silent. Destroying it ends the call. */
  readonly body: Readable;
}

export interface StreamLimits {
  /** From the call to the head of the answer, looking up and connecting included. */
  readonly headMs: number;
  /** The longest silence within the answer. */
  readonly silenceMs: number;
}

export interface OutboundClient {
  /**
   * As the global `fetch`, but: the answer is whole when it resolves, a redirect is an error, nothing is cached or kept open,
   * and every failure is an `OutboundError`. Only a caller's own `abort()` rejects with the caller's reason.
   */
  readonly fetch: (input: string | URL | Request, init?: OutboundInit) => Promise<Response>;
  readonly json: (input: string | URL | Request, init?: OutboundInit) => Promise<OutboundJson>;
  /**
   * For an answer that is passed on while it arrives: neither its length nor its time as a whole is bounded, only its silences. The caller's
   * signal ends it at any time.
   */
  readonly stream: (input: string | URL, init: StreamInit, limits: StreamLimits) => Promise<OutboundStream>;
  /** The same client, which looks names up in another way. */
  readonly resolvingWith: (resolve: ResolveHost) => OutboundClient;
}

/** A body that is large goes in pieces: none of them is copied. */
export type StreamInit = Omit<OutboundInit, "body"> & {
  readonly body?: readonly Uint8Array[] | undefined;
  /** Called once the system has taken the whole request: nothing holds the body any more. */
  readonly onSent?: () => void;
};

interface Call {
  readonly request: Request;
  readonly body: readonly Uint8Array[];
  readonly onSent?: (() => void) | undefined;
  readonly url: URL;
  readonly target: OutboundTarget;
  readonly signal: AbortSignal;
}

const defaultLimits: OutboundLimits = {
  totalMs: 10_000,
  maxBodyBytes: 1024 * 1024,
  maxHeaderBytes: 16 * 1024,
  maxJsonDepth: defaultMaxJsonDepth,
};

const maxInformationalAnswers = 5;

/** What belongs to the connection, which is ours: a caller's `Host` would choose another server behind the judged address. */
const connectionHeaders =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-length|accept-encoding)$/;

/** The one way in which Mosaic itself calls an address that a person has entered. */
export function createOutboundClient(options: OutboundClientOptions): OutboundClient {
  return clientWith(options, {
    resolve: options.resolve ?? resolveWithSystem,
    secureContext: contextWith(options.trustedCertificates ?? []),
  });
}

function clientWith(
  options: OutboundClientOptions,
  connection: { readonly resolve: ResolveHost; readonly secureContext: SecureContext | undefined },
): OutboundClient {
  const limits = { ...defaultLimits, ...options.limits };

  const fetch: OutboundClient["fetch"] = async (input, init) => {
    const { request, url } = readRequest(input, init);
    const target = targetOf(url);
    return withDeadline(limits.totalMs, request.signal, target.hostname, async (signal) => {
      const [body, policy] = await unlessAborted(signal, Promise.all([request.arrayBuffer(), options.policy()]));
      const socket = await unlessAborted(signal, openConnection(target, { ...connection, policy, signal }));
      try {
        const call = { request, body: [new Uint8Array(body)], url, target, signal };
        return await answerOf(await send(call, socket, limits), call, limits);
      } finally {
        socket.destroy();
      }
    });
  };

  const json: OutboundClient["json"] = async (input, init) => {
    const response = await fetch(input, init);
    const { status, headers } = response;
    return { status, headers, json: parseBoundedJson(await response.text(), limits.maxJsonDepth) };
  };

  const stream: OutboundClient["stream"] = async (input, { body = [], onSent, ...init }, { headMs, silenceMs }) => {
    const { request, url } = readRequest(input, init);
    const target = targetOf(url);
    return withDeadline(headMs, request.signal, target.hostname, async (signal) => {
      const policy = await unlessAborted(signal, Promise.resolve(options.policy()));
      const socket = await unlessAborted(signal, openConnection(target, { ...connection, policy, signal }));
      try {
        const call = { request, body, onSent, url, target, signal };
        const message = await send(call, socket, limits, "identity");
        refuseRedirect(message, target.hostname);
        return followed(message, socket, { host: target.hostname, silenceMs, callers: request.signal });
      } catch (error) {
        socket.destroy();
        throw error;
      }
    });
  };

  return { fetch, json, stream, resolvingWith: (resolve) => clientWith(options, { ...connection, resolve }) };
}

function followed(
  message: IncomingMessage,
  socket: Socket,
  { host, silenceMs, callers }: { host: string; silenceMs: number; callers: AbortSignal },
): OutboundStream {
  const leave = () => message.destroy();
  callers.addEventListener("abort", leave, { once: true });
  message.once("close", () => {
    callers.removeEventListener("abort", leave);
    socket.destroy();
  });
  socket.setTimeout(silenceMs, () => message.destroy(timedOut(host)));
  if (callers.aborted) {
    leave();
  }
  return { status: message.statusCode ?? 0, headers: headersOf(message), body: message };
}

/** Node's own words about a bad header or URL quote it, and with it the key: none of them leaves this function. */
function readRequest(input: string | URL | Request, init: OutboundInit | undefined): { request: Request; url: URL } {
  const url = URL.parse(input instanceof Request ? input.url : String(input));
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") {
    throw new OutboundError("bad_url", "This is no address that begins with http:// or https://.", { host: null });
  }
  if (url.username !== "" || url.password !== "") {
    throw new OutboundError("bad_url", "An address must not contain a user name or a password.", { host: url.hostname });
  }
  try {
    return { request: new Request(input, init as RequestInit | undefined), url };
  } catch {
    const words = "The request can't be sent: a header or the body contains what HTTP does not carry, such as a line break in a key.";
    throw new OutboundError("bad_request", words, { host: url.hostname });
  }
}

async function withDeadline<Value>(
  totalMs: number,
  callers: AbortSignal,
  host: string,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const ours = new AbortController();
  const timer = setTimeout(() => ours.abort(timedOut(host)), totalMs);
  const leave = () => ours.abort(isTimeout(callers.reason) ? timedOut(host) : callers.reason);
  callers.addEventListener("abort", leave, { once: true });
  if (callers.aborted) {
    leave();
  }
  try {
    return await work(ours.signal);
  } catch (error) {
    // Whatever breaks off because of the abort reports in its own words; the reason is what counts.
    throw ours.signal.aborted ? ours.signal.reason : error;
  } finally {
    clearTimeout(timer);
    callers.removeEventListener("abort", leave);
  }
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

/** Looking a name up can't be called off: the call ends without it. */
export async function unlessAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) {
    abort();
  }
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function send(call: Call, socket: Socket, limits: OutboundLimits, encodings = acceptedEncodings): Promise<IncomingMessage> {
  const { body, target, signal } = call;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = newRequest(call, socket, limits, encodings);
  let informational = 0;
  sent.once("response", resolve);
  // Stays for as long as the socket lives: a late error has nobody else to go to.
  sent.on("error", (error) => reject(fromSystemError(error, target.hostname)));
  sent.once("close", () => reject(fromSystemError(undefined, target.hostname)));
  sent.on("information", () => {
    informational += 1;
    if (informational > maxInformationalAnswers) {
      sent.destroy();
    }
  });
  if (call.onSent !== undefined) {
    sent.once("finish", call.onSent);
  }
  for (const piece of body) {
    sent.write(piece);
  }
  sent.end();
  return unlessAborted(signal, promise);
}

function newRequest({ request, url, body }: Call, socket: Socket, limits: OutboundLimits, encodings: string): ClientRequest {
  const callers = [...request.headers].filter(([name]) => !connectionHeaders.test(name));
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  const hasBody = length > 0 || !["GET", "HEAD"].includes(request.method);
  return requestHttp({
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: {
      "user-agent": "Mosaic",
      ...Object.fromEntries(callers),
      host: url.host,
      connection: "close",
      "accept-encoding": encodings,
      ...(hasBody ? { "content-length": String(length) } : {}),
    },
    createConnection: () => socket,
    maxHeaderSize: limits.maxHeaderBytes,
    insecureHTTPParser: false,
    joinDuplicateHeaders: true,
  });
}

async function answerOf(message: IncomingMessage, { request, target, signal }: Call, limits: OutboundLimits): Promise<Response> {
  const host = target.hostname;
  const status = message.statusCode ?? 0;
  refuseRedirect(message, host);
  const hasBody = request.method !== "HEAD" && status !== 204 && status !== 205;
  const body = hasBody ? await readBoundedBody(message, limits.maxBodyBytes, host, signal) : null;
  try {
    return new Response(body, { status, headers: headersOf(message) });
  } catch {
    throw new OutboundError("bad_answer", `What answers at ${host} can't be read as an answer over HTTP.`, { host, reason: "head" });
  }
}

function refuseRedirect(message: IncomingMessage, host: string): void {
  const status = message.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    const words = `${host} answers with a redirect (${status}), and Mosaic follows none: enter the final address.`;
    throw new OutboundError("redirected", words, { host, reason: String(status) });
  }
}

/** The length and coding of what was sent say nothing of the decoded body. */
function headersOf(message: IncomingMessage): Headers {
  const headers = new Headers();
  const decoded = isEncoded(message) ? ["content-encoding", "content-length"] : [];
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of decoded.includes(name) ? [] : (values ?? [])) {
      headers.append(name, value);
    }
  }
  return headers;
}

function contextWith(trustedCertificates: readonly string[]): SecureContext | undefined {
  if (trustedCertificates.length === 0) {
    return undefined;
  }
  return createSecureContext({ ca: [...getCACertificates("default"), ...trustedCertificates] });
}
