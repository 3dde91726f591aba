import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { type Address, isVersion4 } from "./address-ranges.js";

/** One line of an admin's list: a name (exactly that one) or an address or a range of them. `port: null` means every port. */
export type AllowedAddress =
  | { readonly kind: "name"; readonly name: string; readonly port: number | null }
  | { readonly kind: "range"; readonly range: readonly [Address, number]; readonly isOneAddress: boolean; readonly port: number | null };

/** `text`: the entry as it is understood, to be stored and shown (`HTTP` hosts in lower case, `2130706433` as `127.0.0.1`). */
export type ParsedAllowedAddress =
  | { readonly isValid: true; readonly entry: AllowedAddress; readonly text: string }
  | { readonly isValid: false; readonly fault: string };

const namePattern = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
const forms = "Enter a host (ollama.home), a host with its port (192.168.1.20:11434), or a range (192.168.1.0/24).";

/** Reads `name`, `name:port`, `address`, `address:port`, `[v6]:port` or a CIDR range. No wildcards, no URLs. */
export function parseAllowedAddress(written: string): ParsedAllowedAddress {
  const text = written.trim();
  if (text === "" || text.length > 300) {
    return fault(forms);
  }
  if (text.includes("://")) {
    return fault(`This is a URL. ${forms}`);
  }
  if (text.includes("*")) {
    return fault(`Wildcards are not understood. ${forms}`);
  }
  return text.includes("/") ? parseRange(text) : parseHost(text);
}

/** An address as the kernel sees it: without its zone, and IPv4 where IPv6 only wraps it. `null`: no address in canonical writing. */
export function parseAddress(text: string): Address | null {
  const address = parseLiteral(text.split("%")[0] ?? "");
  return address === null ? null : unwrap(address);
}

/** Names compare in lower case and without the dot of the root. */
export function canonicalName(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, "");
}

/** ipaddr.js reads `::1.2.3.4` as if it were `::ffff:1.2.3.4`, so it only gets to see IPv6 without dots, as the URL parser writes it. */
function parseLiteral(text: string): Address | null {
  const version = isIP(text);
  if (version !== 6) {
    return version === 4 ? ipaddr.IPv4.parse(text) : null;
  }
  const written = URL.parse(`http://[${text}]/`)?.hostname;
  return written === undefined ? null : ipaddr.IPv6.parse(written.slice(1, -1));
}

function unwrap(address: Address): Address {
  return !isVersion4(address) && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function parseRange(text: string): ParsedAllowedAddress {
  const [network = "", length = ""] = text.split("/");
  const address = parseLiteral(network);
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (address === null || text.split("/").length !== 2 || !(bits <= (isVersion4(address) ? 32 : 128))) {
    return fault(`This is no range of addresses. ${forms}`);
  }
  const unwrapped = unwrap(address);
  const isMapped = unwrapped !== address;
  if (isMapped && bits < 96) {
    return fault("This range mixes IPv4 and IPv6. Enter it as an IPv4 range.");
  }
  return range(unwrapped, isMapped ? bits - 96 : bits, null);
}

function parseHost(text: string): ParsedAllowedAddress {
  const bare = isIP(text) === 6 ? `[${text}]` : text;
  const match = /^(\[[^[\]%]+\]|[^:[\]/?#@\\\s%]+)(?::(\d{1,5}))?$/.exec(bare);
  const host = hostOf(match?.[1] ?? "");
  const port = match?.[2] === undefined ? null : Number(match[2]);
  if (host === null || (port !== null && (port < 1 || port > 65_535))) {
    return fault(`This is no host. ${forms}`);
  }
  const address = parseAddress(host);
  if (address !== null) {
    return range(address, isVersion4(address) ? 32 : 128, port);
  }
  if (!namePattern.test(host)) {
    return fault(`This is no host. ${forms}`);
  }
  return { isValid: true, entry: { kind: "name", name: host, port }, text: port === null ? host : `${host}:${port}` };
}

/** The same reader as for the URLs that are called later, so that both agree about every disguise of a host. */
function hostOf(written: string): string | null {
  const url = URL.parse(`http://${written}/`);
  if (written === "" || url === null) {
    return null;
  }
  return canonicalName(url.hostname.replace(/^\[(.*)\]$/, "$1"));
}

function range(address: Address, bits: number, port: number | null): ParsedAllowedAddress {
  const isOneAddress = bits === (isVersion4(address) ? 32 : 128);
  const network = networkOf(address, bits);
  const written = isVersion4(network) ? network.toString() : network.toRFC5952String();
  const host = isVersion4(network) || port === null ? written : `[${written}]`;
  const text = isOneAddress ? `${host}${port === null ? "" : `:${port}`}` : `${written}/${bits}`;
  return { isValid: true, entry: { kind: "range", range: [network, bits], isOneAddress, port }, text };
}

function networkOf(address: Address, bits: number): Address {
  const bytes = address.toByteArray().map((byte, index) => byte & (0xff << Math.min(8, Math.max(0, 8 * (index + 1) - bits))) & 0xff);
  return ipaddr.fromByteArray(bytes);
}

function fault(words: string): ParsedAllowedAddress {
  return { isValid: false, fault: words };
}
