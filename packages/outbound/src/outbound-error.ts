/**
 * `bad_request`: the caller's headers or body can't be sent (a key with a line break, say).
 * `bad_answer`: what answers does not speak HTTP, or encodes its body in a way that can't be read.
 * `reset`: the connection broke off before the whole answer was there.
 */
export type OutboundErrorCode =
  | "address_refused"
  | "unknown_host"
  | "refused"
  | "timeout"
  | "tls"
  | "redirected"
  | "too_large"
  | "reset"
  | "bad_url"
  | "bad_request"
  | "bad_answer";

/**
 * Why a call did not end with an answer. The message may be shown to the person who entered the address.
 * It has no `cause` on purpose: Node's errors carry bytes of the answer, header values or the peer's certificate.
 */
export class OutboundError extends Error {
  readonly code: OutboundErrorCode;
  /** The host as the URL names it; `null` where the URL could not be read. */
  readonly host: string | null;
  /** For the log: an error code of the system or of TLS, or a category of addresses. Never text of the answer. */
  readonly reason: string | null;

  constructor(code: OutboundErrorCode, message: string, about: { host: string | null; reason?: string | null }) {
    super(message);
    this.name = "OutboundError";
    this.code = code;
    this.host = about.host;
    this.reason = about.reason ?? null;
  }
}

const howToAllow = "Admin → Network → Allowed addresses";

export function addressRefused(host: string, category: string, words: string, isOnlyByAddress: boolean): OutboundError {
  const how = isOnlyByAddress
    ? `An admin can allow it only by its exact address: ${howToAllow}.`
    : `An admin can allow this host: ${howToAllow}.`;
  return new OutboundError("address_refused", `Mosaic does not call ${host}: it leads to ${words}. ${how}`, { host, reason: category });
}

export function timedOut(host: string): OutboundError {
  return new OutboundError("timeout", `${host} did not answer in time.`, { host });
}

export function tooLargeAnswer(host: string): OutboundError {
  return new OutboundError("too_large", `The answer of ${host} is too large.`, { host });
}

function headerTooLarge(host: string): string {
  return `The header of ${host} is too large.`;
}

export function tooLargeHeader(host: string): OutboundError {
  return new OutboundError("too_large", headerTooLarge(host), { host });
}

const systemFailures: Readonly<Record<string, readonly [OutboundErrorCode, (host: string) => string]>> = {
  ENOTFOUND: ["unknown_host", (host) => `The name ${host} is not known.`],
  ENODATA: ["unknown_host", (host) => `The name ${host} has no address.`],
  EAI_AGAIN: ["unknown_host", (host) => `No name server answers about ${host}.`],
  ECONNREFUSED: ["refused", (host) => `Nothing listens there: ${host} refused the connection.`],
  EHOSTUNREACH: ["refused", noWay],
  EHOSTDOWN: ["refused", noWay],
  ENETUNREACH: ["refused", noWay],
  EADDRNOTAVAIL: ["refused", noWay],
  EACCES: ["refused", noWay],
  EPERM: ["refused", noWay],
  EINVAL: ["refused", noWay],
  ETIMEDOUT: ["timeout", (host) => `${host} did not answer in time.`],
  UND_ERR_HEADERS_OVERFLOW: ["too_large", headerTooLarge],
  CERT_HAS_EXPIRED: ["tls", (host) => `The certificate of ${host} has expired.`],
  CERT_NOT_YET_VALID: ["tls", (host) => `The certificate of ${host} is not valid yet. Check the clock of this machine.`],
  ERR_TLS_CERT_ALTNAME_INVALID: ["tls", (host) => `The certificate that ${host} shows belongs to another name.`],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["tls", untrusted],
  SELF_SIGNED_CERT_IN_CHAIN: ["tls", untrusted],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["tls", untrusted],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["tls", untrusted],
  ERR_SSL_WRONG_VERSION_NUMBER: ["tls", noTls],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ["tls", noTls],
};

/** Only the error's code is read: its message and its other properties may quote the answer. One of ours stays as it is. */
export function fromSystemError(error: unknown, host: string): OutboundError {
  if (error instanceof OutboundError) {
    return error;
  }
  const code = codeOf(error);
  const known = systemFailures[code];
  const about = { host, reason: code === "" ? null : code };
  if (known !== undefined) {
    return new OutboundError(known[0], known[1](host), about);
  }
  if (/^(HTTPParserError$|ERR_ASSERTION$|UND_ERR_RES_CONTENT_LENGTH|Z_|ERR_BROTLI|ERR__ERROR|ERR_PADDING)/.test(code)) {
    return new OutboundError("bad_answer", `What answers at ${host} can't be read as an answer over HTTP.`, about);
  }
  if (/^(EAI_|EDNS|ESERVFAIL|EBADNAME|EBADRESP|EFORMERR|ENOTIMP|EREFUSED)/.test(code)) {
    return new OutboundError("unknown_host", `The name ${host} could not be looked up.`, about);
  }
  if (/^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|CRL_|EPROTO|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH)/.test(code)) {
    return new OutboundError("tls", `No secure connection to ${host} could be made.`, about);
  }
  return new OutboundError("reset", `${host} closed the connection before its whole answer was there.`, about);
}

/** undici's parser gives its errors a name only, and asserts what a server can make untrue, such as a status below 100. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return "";
  }
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : error.name === "HTTPParserError" ? error.name : "";
}

function noWay(host: string): string {
  return `This machine has no route to ${host}.`;
}

function untrusted(host: string): string {
  return `The certificate of ${host} is signed by nobody whom this machine trusts.`;
}

function noTls(host: string): string {
  return `What listens at ${host} does not speak TLS: its address may begin with http://.`;
}
