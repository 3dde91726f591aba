import { isIP } from "node:net";
import { createAddressPolicy, judgeAddress, type AddressPolicy } from "@mosaic/outbound/address-policy";
import { canonicalName } from "@mosaic/outbound/allowed-address";

const publicOnly = createAddressPolicy([]);

/**
 * Whether a sign-in server may be spoken to: with TLS always; without only where an admin has allowed this very host (or, for an address of
 * a private network or of this machine, a range with it), as one does for trying out.
 */
export function mayCall(url: URL, policy: AddressPolicy): boolean {
  if (url.username !== "" || url.password !== "") {
    return false;
  }
  return url.protocol === "https:" || (url.protocol === "http:" && isNamed(url, policy));
}

function isNamed(url: URL, policy: AddressPolicy): boolean {
  const host = canonicalName(url.hostname.replace(/^\[(.*)\]$/, "$1"));
  const target = { hostname: host, port: Number(url.port === "" ? 80 : url.port) };
  if (policy.allowed.some((entry) => entry.kind === "name" && entry.name === host && (entry.port === null || entry.port === target.port))) {
    return true;
  }
  const address = host === "localhost" ? "127.0.0.1" : host;
  const isPrivate = isIP(address) !== 0 && judgeAddress(address, publicOnly).verdict === "refused";
  return isPrivate && judgeAddress(address, policy, target).verdict === "allowed";
}
