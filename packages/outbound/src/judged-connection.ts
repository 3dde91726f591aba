import { lookup } from "node:dns/promises";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls, type SecureContext } from "node:tls";
import { type AddressPolicy, judgeAddress } from "./address-policy.js";
import { isNeverOpen } from "./address-ranges.js";
import { canonicalName } from "./allowed-address.js";
import { addressRefused, fromSystemError, OutboundError } from "./outbound-error.js";

export interface OutboundTarget {
  /** As in the URL, an IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly isTls: boolean;
}

/**
 * All addresses of a name, the preferred one first. Rejects with an error that has the system's code. The signal tells that nobody waits for
 * them any more.
 */
export type ResolveHost = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

export interface ConnectionOptions {
  readonly policy: AddressPolicy;
  readonly resolve: ResolveHost;
  readonly secureContext: SecureContext | undefined;
  readonly signal: AbortSignal;
}

const maxAddresses = 8;
const addressAttemptMs = 1000;

/** Node's own default of 250 ms gives up on distant servers that have more than one address. */
const attempts = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: addressAttemptMs };

/** As every program of this machine does it: `/etc/hosts` and the names of a home network count. */
export const resolveWithSystem: ResolveHost = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
};

/**
 * A connection to an address that the policy allows. The name is looked up once and each address judged;
 * the socket gets these addresses and nothing that it could look up again, so an answer that changes changes nothing.
 */
export async function openConnection(target: OutboundTarget, options: ConnectionOptions): Promise<Socket> {
  const addresses = await judgedAddresses(target, options);
  options.signal.throwIfAborted();
  const socket = await openSocket(target, addresses, options);
  return target.isTls ? startTls(target, socket, options) : socket;
}

async function judgedAddresses(target: OutboundTarget, { policy, resolve, signal }: ConnectionOptions): Promise<readonly string[]> {
  const { hostname } = target;
  const found = isIP(hostname) === 0 ? await lookUp(hostname, resolve, signal) : [hostname];
  const allowed = found.filter((address) => judgeAddress(address, policy, target).verdict === "allowed");
  if (allowed.length > 0) {
    return allowed.slice(0, maxAddresses);
  }
  const [first] = found;
  if (first === undefined) {
    throw new OutboundError("unknown_host", `The name ${hostname} has no address.`, { host: hostname });
  }
  throw refusal(first, target, policy);
}

async function lookUp(hostname: string, resolve: ResolveHost, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await resolve(hostname, signal);
  } catch (error) {
    throw error instanceof OutboundError ? error : fromSystemError(error, hostname);
  }
}

function refusal(address: string, target: OutboundTarget, policy: AddressPolicy): OutboundError {
  const judged = judgeAddress(address, policy, target);
  if (judged.verdict === "allowed") {
    throw new Error("An allowed address is not refused");
  }
  return addressRefused(target.hostname, judged.category, judged.reason, isNeverOpen(judged.category));
}

async function openSocket(target: OutboundTarget, addresses: readonly string[], options: ConnectionOptions): Promise<Socket> {
  const socket = connect({ host: target.hostname, port: target.port, lookup: answerWith(addresses), noDelay: true, ...attempts });
  await settled(socket, "connect", target, options.signal);
  const peer = socket.remoteAddress ?? "";
  if (judgeAddress(peer, options.policy, target).verdict === "allowed") {
    return socket;
  }
  socket.destroy();
  throw refusal(peer, target, options.policy);
}

async function startTls(target: OutboundTarget, socket: Socket, options: ConnectionOptions): Promise<Socket> {
  const { hostname } = target;
  const secured = connectTls({
    socket,
    host: canonicalName(hostname),
    servername: isIP(hostname) === 0 ? canonicalName(hostname) : "",
    ALPNProtocols: ["http/1.1"],
    minVersion: "TLSv1.2",
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED of the environment has no say here.
    rejectUnauthorized: true,
    ...(options.secureContext === undefined ? {} : { secureContext: options.secureContext }),
  });
  await settled(secured, "secureConnect", target, options.signal);
  return secured;
}

function answerWith(addresses: readonly string[]): LookupFunction {
  const list = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, { all }, done) => {
    const [first] = list;
    if (all === true) {
      done(null, list);
    } else {
      done(null, first?.address ?? "", first?.family ?? 0);
    }
  };
}

async function settled(socket: Socket, event: "connect" | "secureConnect", target: OutboundTarget, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal.reason as Error);
  const fail = (error: Error) => reject(fromSystemError(error, target.hostname));
  const close = () => reject(fromSystemError(undefined, target.hostname));
  socket.once(event, resolve).once("error", fail).once("close", close);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) {
    abort();
  }
  try {
    await promise;
  } catch (error) {
    // A destroyed socket may still report a last error, which nobody waits for any more.
    socket.on("error", () => undefined).destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
    socket.off(event, resolve).off("error", fail).off("close", close);
  }
}

/** For the caller's `Host` header and messages. */
export function targetOf(url: URL): OutboundTarget {
  const isTls = url.protocol === "https:";
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { hostname, port: url.port === "" ? (isTls ? 443 : 80) : Number(url.port), isTls };
}
