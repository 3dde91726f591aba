import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { Client, type Dispatcher } from "undici";
import type { AddressPolicy } from "./address-policy.js";
import { guardAnswer } from "./answer-guard.js";
import { acceptedEncodings, isEncoded, readBoundedBody } from "./bounded-body.js";
import { type BoundedJson, defaultMaxJsonDepth, parseBoundedJson } from "./bounded-json.js";
import { type ConnectionOptions, openConnection, type ResolveHost, resolveWithSystem, targetOf } from "./judged-connection.js";
import { OutboundError, timedOut } from "./outbound-error.js";

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

/** A body that is large goes in pieces: none of them is copied. They leave the array as they are sent, so that nobody holds what is gone. */
export type StreamInit = Omit<OutboundInit, "body"> & {
  readonly body?: Uint8Array[] | undefined;
  /** Called once the system has taken the whole request: nothing holds the body any more. */
  readonly onSent?: () => void;
};

interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly body: Uint8Array[];
  readonly encodings: string;
  readonly onSent?: (() => void) | undefined;
}

interface Answer extends OutboundStream {
  readonly socket: Socket;
}

const defaultLimits: OutboundLimits = {
  totalMs: 10_000,
  maxBodyBytes: 1024 * 1024,
  maxHeaderBytes: 16 * 1024,
  maxJsonDepth: defaultMaxJsonDepth,
};

/** What belongs to the connection, which is ours: a caller's `Host` would choose another server behind the judged address. */
const connectionHeaders =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-length|accept-encoding)$/;

/** RFC 9110, 5.5. The global `Request` lets control characters pass. */
const isCarried = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The one way in which Mosaic itself calls an address that a person has entered. */
export function createOutboundClient(options: OutboundClientOptions): OutboundClient {
  return clientWith(options, {
    resolve: options.resolve ?? resolveWithSystem,
    secureContext: contextWith(options.trustedCertificates ?? []),
  });
}

function clientWith(options: OutboundClientOptions, connection: Pick<ConnectionOptions, "resolve" | "secureContext">): OutboundClient {
  const limits = { ...defaultLimits, ...options.limits };

  const fetch: OutboundClient["fetch"] = async (input, init) => {
    const { request, url, callers } = readRequest(input, init);
    return withDeadline(limits.totalMs, callers, targetOf(url).hostname, async (signal) => {
      const [body, policy] = await Promise.all([request.arrayBuffer(), options.policy()]);
      const call = { request, url, body: [new Uint8Array(body)], encodings: acceptedEncodings };
      const answer = await send(call, { ...connection, policy, signal }, limits);
      try {
        return await wholeOf(answer, call, limits);
      } finally {
        answer.socket.destroy();
      }
    });
  };

  const json: OutboundClient["json"] = async (input, init) => {
    const response = await fetch(input, init);
    const { status, headers } = response;
    return { status, headers, json: parseBoundedJson(await response.text(), limits.maxJsonDepth) };
  };

  const stream: OutboundClient["stream"] = async (input, { body = [], onSent, ...init }, { headMs, silenceMs }) => {
    const { request, url, callers } = readRequest(input, init);
    const host = targetOf(url).hostname;
    return withDeadline(headMs, callers, host, async (signal) => {
      const policy = await options.policy();
      const call = { request, url, body, encodings: "identity", onSent };
      const { socket, ...answer } = await send(call, { ...connection, policy, signal }, limits);
      // Its reader may have left: an error that nobody hears would end the process.
      answer.body.on("error", () => undefined).once("close", () => socket.destroy());
      socket.setTimeout(silenceMs, () => socket.destroy(timedOut(host)));
      return answer;
    });
  };

  return { fetch, json, stream, resolvingWith: (resolve) => clientWith(options, { ...connection, resolve }) };
}

/** Node's own words about a bad header or URL quote it, and with it the key: none of them leaves this function. */
function readRequest(input: string | URL | Request, init: OutboundInit | undefined): { request: Request; url: URL; callers: AbortSignal } {
  const url = URL.parse(input instanceof Request ? input.url : String(input));
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") {
    throw new OutboundError("bad_url", "This is not an address that begins with http:// or https://.", { host: null });
  }
  if (url.username !== "" || url.password !== "") {
    throw new OutboundError("bad_url", "An address must not contain a user name or a password.", { host: url.hostname });
  }
  try {
    const request = new Request(input, init as RequestInit | undefined);
    if ([...request.headers.values()].some((value) => !isCarried.test(value))) {
      throw new TypeError("a control character");
    }
    // The caller's own where there is one: the request's follows it only until the request is collected as garbage.
    return { request, url, callers: init?.signal ?? request.signal };
  } catch {
    const words = "The request can't be sent: a header or the body contains what HTTP does not carry, such as a line break in a key.";
    throw new OutboundError("bad_request", words, { host: url.hostname });
  }
}

/** What goes on unheard afterwards, such as the look-up of a name, meets the signal before it opens anything. */
async function withDeadline<Value>(
  totalMs: number,
  callers: AbortSignal,
  host: string,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(timedOut(host)), totalMs);
  const signal = AbortSignal.any([callers, late.signal]);
  try {
    return await unlessAborted(signal, work(signal));
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
    // Whatever breaks off because of the abort reports in its own words; the reason is what counts.
    throw isTimeout(signal.reason) ? timedOut(host) : signal.reason;
  } finally {
    clearTimeout(timer);
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

/** The head of the answer, on a connection of its own. */
async function send(call: Call, connection: ConnectionOptions, limits: OutboundLimits): Promise<Answer> {
  const target = targetOf(call.url);
  const socket = await openConnection(target, connection);
  try {
    const { statusCode: status, headers, body } = await exchange(call, socket, limits);
    refuseRedirect(status, target.hostname);
    return { status, headers: headersOf(headers), body, socket };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function exchange(call: Call, socket: Socket, limits: OutboundLimits): Promise<Dispatcher.ResponseData> {
  const { request, url, body, encodings, onSent } = call;
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  const sent = length > 0 ? Readable.from(inPieces(body), { highWaterMark: 1 }) : null;
  // Its end is told once undici has written the last piece, which it may have asked for long before.
  sent?.once("end", () => tellSent(socket, onSent));
  const client = new Client(url.origin, {
    // Later, as a connection comes: undici begins to send only once it has left the function that asked for one.
    connect: (_target, done) =>
      queueMicrotask(() => {
        done(null, socket);
        if (sent === null) {
          tellSent(socket, onSent);
        }
      }),
    allowH2: false,
    useMilo: false,
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const callers = [...request.headers].filter(([name]) => !connectionHeaders.test(name));
  return client.compose(guardAnswer(socket, targetOf(url).hostname, limits.maxHeaderBytes)).request({
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: {
      "user-agent": "Mosaic",
      ...Object.fromEntries(callers),
      "accept-encoding": encodings,
      ...(length > 0 ? { "content-length": String(length) } : {}),
    },
    body: sent,
    reset: true,
  });
}

function* inPieces(body: Uint8Array[]): Generator<Uint8Array> {
  for (let piece = body.shift(); piece !== undefined; piece = body.shift()) {
    yield piece;
  }
}

/** Once all that was written before has left the process. */
function tellSent(socket: Socket, onSent: (() => void) | undefined): void {
  if (onSent !== undefined) {
    socket.write("", (error) => (error == null ? onSent() : undefined));
  }
}

async function wholeOf({ status, headers, body }: Answer, { request, url }: Call, limits: OutboundLimits): Promise<Response> {
  const host = targetOf(url).hostname;
  const hasBody = request.method !== "HEAD" && status !== 204 && status !== 205;
  const whole = hasBody ? await readBoundedBody(body, headers, limits.maxBodyBytes, host) : null;
  // The length and coding of what was sent say nothing of the decoded body.
  for (const name of isEncoded(headers) ? ["content-encoding", "content-length"] : []) {
    headers.delete(name);
  }
  try {
    return new Response(whole, { status, headers });
  } catch {
    throw new OutboundError("bad_answer", `What answers at ${host} can't be read as an answer over HTTP.`, { host, reason: "head" });
  }
}

function refuseRedirect(status: number, host: string): void {
  if (status >= 300 && status < 400) {
    const words = `${host} answers with a redirect (${status}), and Mosaic follows none: enter the final address.`;
    throw new OutboundError("redirected", words, { host, reason: String(status) });
  }
}

function headersOf(headers: Dispatcher.ResponseData["headers"]): Headers {
  return new Headers(
    Object.entries(headers).flatMap(([name, values = []]) => [values].flat().map((value): [string, string] => [name, value])),
  );
}

function contextWith(trustedCertificates: readonly string[]): SecureContext | undefined {
  return trustedCertificates.length === 0
    ? undefined
    : createSecureContext({ ca: [...getCACertificates("default"), ...trustedCertificates] });
}
