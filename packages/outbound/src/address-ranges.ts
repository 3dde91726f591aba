import ipaddr from "ipaddr.js";

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

export type AddressCategory =
  | "public"
  | "not_an_address"
  | "unspecified"
  | "loopback"
  | "private"
  | "link_local"
  | "carrier_nat"
  | "metadata"
  | "multicast"
  | "broadcast"
  | "documentation"
  | "benchmarking"
  | "transition"
  | "reserved";

type Range = readonly [cidr: string, category: AddressCategory];

/**
 * Where a cloud or an orchestrator hands credentials to whoever asks. They stand before the wider ranges that contain some of them.
 * Some lie in ranges that otherwise are public (Azure's), or that an admin has good reason to allow (unique local addresses).
 */
const metadataRanges: readonly Range[] = [
  "169.254.169.0/24",
  "169.254.170.0/24",
  "169.254.0.23/32",
  "169.254.42.42/32",
  "100.100.100.200/32",
  "168.63.129.16/32",
  "192.0.0.192/32",
  "fd00:ec2::/32",
  "fd20:ce::/32",
  "fd00:42::42/128",
  "fe80::a9fe:a9fe/128",
].map((cidr) => [cidr, "metadata"] as const);

/** After IANA's special-purpose registries. The first that matches counts. */
const version4Ranges = compile([
  ...metadataRanges,
  ["0.0.0.0/8", "unspecified"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "carrier_nat"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link_local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "reserved"],
  ["192.0.2.0/24", "documentation"],
  ["192.31.196.0/24", "reserved"],
  ["192.52.193.0/24", "reserved"],
  ["192.88.99.0/24", "transition"],
  ["192.168.0.0/16", "private"],
  ["192.175.48.0/24", "reserved"],
  ["198.18.0.0/15", "benchmarking"],
  ["198.51.100.0/24", "documentation"],
  ["203.0.113.0/24", "documentation"],
  ["224.0.0.0/4", "multicast"],
  ["255.255.255.255/32", "broadcast"],
  ["240.0.0.0/4", "reserved"],
]);

/** What none of these names is public only inside 2000::/3: all else is unassigned, and nobody has a service there. */
const version6Ranges = compile([
  ...metadataRanges,
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  ["::/96", "transition"],
  ["::ffff:0:0:0/96", "transition"],
  ["64:ff9b:1::/48", "transition"],
  ["100::/64", "reserved"],
  ["100:0:0:1::/64", "reserved"],
  ["2001::/32", "transition"],
  ["2001:2::/48", "benchmarking"],
  ["2001:db8::/32", "documentation"],
  ["2001::/23", "reserved"],
  ["2002::/16", "transition"],
  ["2620:4f:8000::/48", "reserved"],
  ["3fff::/20", "documentation"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link_local"],
  ["fec0::/10", "private"],
  ["ff00::/8", "multicast"],
  ["2000::/3", "public"],
]);

const nat64 = ipaddr.parseCIDR("64:ff9b::/96");
const teredo = ipaddr.parseCIDR("2001::/32");

/** Prefixes whose addresses contain an IPv4 address, with the places where its bytes may be. NAT64 leaves byte 8 out (RFC 6052). */
const carriers = [
  { range: nat64, positions: [[12, 13, 14, 15]] },
  {
    range: ipaddr.parseCIDR("64:ff9b:1::/48"),
    positions: [
      [6, 7, 9, 10],
      [7, 9, 10, 11],
      [9, 10, 11, 12],
      [12, 13, 14, 15],
    ],
  },
  { range: ipaddr.parseCIDR("::/96"), positions: [[12, 13, 14, 15]] },
  { range: ipaddr.parseCIDR("::ffff:0:0:0/96"), positions: [[12, 13, 14, 15]] },
  { range: ipaddr.parseCIDR("2002::/16"), positions: [[2, 3, 4, 5]] },
] as const;

/** What kind of place an address is. NAT64 leads to the IPv4 address inside, and is what that is. */
export function categoryOf(address: Address): AddressCategory {
  if (isVersion4(address)) {
    return firstMatch(address, version4Ranges) ?? "public";
  }
  const embedded = embeddedAddresses(address).map(categoryOf);
  if (isWithin(address, nat64)) {
    return embedded[0] ?? "reserved";
  }
  return embedded.includes("metadata") ? "metadata" : (firstMatch(address, version6Ranges) ?? "reserved");
}

/** No name and no wide range opens these, only the exact address: nobody means them by allowing their home network. */
export function isNeverOpen(category: AddressCategory): boolean {
  return ["metadata", "unspecified", "multicast", "broadcast", "not_an_address"].includes(category);
}

export function isVersion4(address: Address): address is ipaddr.IPv4 {
  return address.kind() === "ipv4";
}

export function isWithin(address: Address, range: readonly [Address, number]): boolean {
  return address.kind() === range[0].kind() && address.match([...range]);
}

function embeddedAddresses(address: ipaddr.IPv6): readonly ipaddr.IPv4[] {
  const bytes = address.toByteArray();
  if (isWithin(address, teredo)) {
    return [version4From(bytes.slice(4, 8)), version4From(bytes.slice(12).map((byte) => byte ^ 0xff))];
  }
  const carrier = carriers.find(({ range }) => isWithin(address, range));
  return (carrier?.positions ?? []).map((positions) => version4From(positions.map((position) => bytes[position] ?? 0)));
}

function version4From(bytes: readonly number[]): ipaddr.IPv4 {
  return new ipaddr.IPv4([...bytes]);
}

function compile(ranges: readonly Range[]): readonly { range: [Address, number]; category: AddressCategory }[] {
  return ranges.map(([cidr, category]) => ({ range: ipaddr.parseCIDR(cidr), category }));
}

function firstMatch(address: Address, ranges: ReturnType<typeof compile>): AddressCategory | undefined {
  return ranges.find(({ range }) => isWithin(address, range))?.category;
}
