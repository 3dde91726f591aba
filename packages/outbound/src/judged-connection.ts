import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { addAbortSignal } from "node:stream";
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
  options.signal.throwIfAborted();
  const addresses = await judgedAddresses(target, options);
  options.signal.throwIfAborted();
  const socket = await openSocket(target, addresses, options);
  return target.isTls ? startTls(target, socket, options) : socket;
}

async function judgedAddresses(target: OutboundTarget, { policy, resolve, signal }: ConnectionOptions): Promise<readonly string[]> {
  const { hostname } = target;
  const found = isIP(hostname) === 0 ? await lookUp(hostname, resolve, signal) : [hostname];
  const refusals = found.map((address) => refusalOf(address, target, policy));
  const allowed = found.filter((_address, index) => refusals[index] === null);
  if (allowed.length > 0) {
    return allowed.slice(0, maxAddresses);
  }
  throw refusals[0] ?? new OutboundError("unknown_host", `The name ${hostname} has no address.`, { host: hostname });
}

async function lookUp(hostname: string, resolve: ResolveHost, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await resolve(hostname, signal);
  } catch (error) {
    throw fromSystemError(error, hostname);
  }
}

/** `null`: the policy allows it. */
function refusalOf(address: string, target: OutboundTarget, policy: AddressPolicy): OutboundError | null {
  const judged = judgeAddress(address, policy, target);
  return judged.verdict === "allowed"
    ? null
    : addressRefused(target.hostname, judged.category, judged.reason, isNeverOpen(judged.category));
}

async function openSocket(target: OutboundTarget, addresses: readonly string[], options: ConnectionOptions): Promise<Socket> {
  const socket = connect({ host: target.hostname, port: target.port, lookup: answerWith(addresses), noDelay: true, ...attempts });
  await readiness(socket, "connect", target, options.signal);
  const refusal = refusalOf(socket.remoteAddress ?? "", target, options.policy);
  if (refusal !== null) {
    socket.destroy();
    throw refusal;
  }
  return socket;
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
  await readiness(secured, "secureConnect", target, options.signal);
  return secured;
}

/** All at once, as `autoSelectFamily` asks for them. */
function answerWith(addresses: readonly string[]): LookupFunction {
  const list = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, _options, done) => done(null, list);
}

/** From here on the signal destroys the socket at any time. */
async function readiness(
  socket: Socket,
  event: "connect" | "secureConnect",
  { hostname }: OutboundTarget,
  signal: AbortSignal,
): Promise<void> {
  // A destroyed socket may still report a last error, which nobody waits for any more.
  addAbortSignal(signal, socket).on("error", () => undefined);
  try {
    await once(socket, event);
  } catch (error) {
    socket.destroy();
    throw fromSystemError(error, hostname);
  }
}

/** For the caller's `Host` header and messages. */
export function targetOf(url: URL): OutboundTarget {
  const isTls = url.protocol === "https:";
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { hostname, port: url.port === "" ? (isTls ? 443 : 80) : Number(url.port), isTls };
}
