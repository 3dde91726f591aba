import { type AddressCategory, categoryOf, isNeverOpen, isWithin } from "./address-ranges.js";
import { type AllowedAddress, canonicalName, parseAddress, parseAllowedAddress } from "./allowed-address.js";

/** What may be called beside the public internet. */
export interface AddressPolicy {
  readonly allowed: readonly AllowedAddress[];
}

/** For whom an address was looked up: an entry may allow a host by its name, or on one port only. */
export interface AddressTarget {
  readonly hostname: string;
  readonly port: number;
}

export type AddressVerdict =
  | { readonly verdict: "allowed" }
  | { readonly verdict: "refused"; readonly category: AddressCategory; readonly reason: string };

const reasons: Readonly<Record<AddressCategory, string>> = {
  public: "a public address",
  not_an_address: "something that is no address",
  unspecified: "the unspecified address",
  loopback: "the machine that Mosaic itself runs on",
  private: "a private network",
  link_local: "an address of the local link",
  carrier_nat: "a provider's shared address space",
  metadata: "a cloud's metadata service",
  multicast: "a multicast address",
  broadcast: "a broadcast address",
  documentation: "an address reserved for documentation",
  benchmarking: "an address reserved for benchmarks",
  transition: "an address that hides another one",
  reserved: "a reserved address",
};

/**
 * Entries that can't be understood are left out: they open nothing.
 * Whoever stores entries checks them with `parseAllowedAddress` and shows its words.
 */
export function createAddressPolicy(entries: readonly string[]): AddressPolicy {
  return { allowed: entries.map(parseAllowedAddress).flatMap((parsed) => (parsed.isValid ? [parsed.entry] : [])) };
}

/** Whether a connection to this very address may be made. `target` is needed for entries with a name or a port to count. */
export function judgeAddress(ip: string, policy: AddressPolicy, target?: AddressTarget): AddressVerdict {
  const address = parseAddress(ip);
  const category = address === null ? "not_an_address" : categoryOf(address);
  if (category === "public") {
    return { verdict: "allowed" };
  }
  const isAllowed = policy.allowed.some((entry) => {
    const isPort = entry.port === null || entry.port === target?.port;
    if (address === null || !isPort) {
      return false;
    }
    if (entry.kind === "name") {
      return target !== undefined && entry.name === canonicalName(target.hostname) && !isNeverOpen(category);
    }
    return isWithin(address, entry.range) && (entry.isOneAddress || !isNeverOpen(category));
  });
  return isAllowed ? { verdict: "allowed" } : { verdict: "refused", category, reason: reasons[category] };
}
