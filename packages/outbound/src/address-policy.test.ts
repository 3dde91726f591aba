import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAddressPolicy, judgeAddress } from "./address-policy.js";

const nothingAllowed = createAddressPolicy([]);

function categoryOf(ip: string): string {
  const judged = judgeAddress(ip, nothingAllowed);
  return judged.verdict === "allowed" ? "allowed" : judged.category;
}

/** What a URL with this host connects to; `null` where the URL itself is refused. */
function hostOf(written: string): string | null {
  return URL.parse(`http://${written}/`)?.hostname.replace(/^\[(.*)\]$/, "$1") ?? null;
}

test.each([
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "unspecified"],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["100.63.255.255", "allowed"],
  ["100.64.0.0", "carrier_nat"],
  ["100.100.100.200", "metadata"],
  ["100.127.255.255", "carrier_nat"],
  ["100.128.0.0", "allowed"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["168.63.129.16", "metadata"],
  ["169.254.0.1", "link_local"],
  ["169.254.169.254", "metadata"],
  ["169.254.170.2", "metadata"],
  ["172.15.255.255", "allowed"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "allowed"],
  ["192.0.0.1", "reserved"],
  ["192.0.0.192", "metadata"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "transition"],
  ["192.168.1.1", "private"],
  ["198.18.0.1", "benchmarking"],
  ["198.19.255.255", "benchmarking"],
  ["198.51.100.7", "documentation"],
  ["203.0.113.9", "documentation"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["1.1.1.1", "allowed"],
  ["8.8.8.8", "allowed"],
  ["223.255.255.255", "allowed"],
])("%s is %s", (ip, expected) => {
  expect(categoryOf(ip)).toBe(expected);
});

test.each([
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::2", "transition"],
  ["::127.0.0.1", "transition"],
  ["::a9fe:a9fe", "metadata"],
  ["::8.8.8.8", "transition"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["::FFFF:A9FE:A9FE", "metadata"],
  ["::ffff:8.8.8.8", "allowed"],
  ["::ffff:0:127.0.0.1", "transition"],
  ["::ffff:0:a9fe:a9fe", "metadata"],
  ["64:ff9b::8.8.8.8", "allowed"],
  ["64:ff9b::127.0.0.1", "loopback"],
  ["64:ff9b::a9fe:a9fe", "metadata"],
  ["64:ff9b::10.0.0.1", "private"],
  ["64:ff9b:1::8.8.8.8", "transition"],
  ["64:ff9b:1::169.254.169.254", "metadata"],
  ["64:ff9b:1:a9fe:a9:fe00::", "metadata"],
  ["64:ff9b:2::1", "reserved"],
  ["100::1", "reserved"],
  ["2001::1", "transition"],
  ["2001:0:1:2:3:4:5601:5601", "metadata"],
  ["2001:2::1", "benchmarking"],
  ["2001:10::1", "reserved"],
  ["2001:20::1", "reserved"],
  ["2001:200::1", "allowed"],
  ["2001:db8::1", "documentation"],
  ["2002:7f00:1::", "transition"],
  ["2002:a9fe:a9fe::", "metadata"],
  ["2002:808:808::", "transition"],
  ["2606:4700:4700::1111", "allowed"],
  ["3fff::1", "documentation"],
  ["4000::1", "reserved"],
  ["5f00::1", "reserved"],
  ["fc00::1", "private"],
  ["fd00:ec2::254", "metadata"],
  ["fd12:3456::1", "private"],
  ["fe80::1", "link_local"],
  ["fe80::1%eth0", "link_local"],
  ["fe80::a9fe:a9fe%2", "metadata"],
  ["::1%lo", "loopback"],
  ["fec0::1", "private"],
  ["ff02::1", "multicast"],
])("%s is %s", (ip, expected) => {
  expect(categoryOf(ip)).toBe(expected);
});

test.each([
  "",
  "localhost",
  "127.1",
  "0x7f.0.0.1",
  "0177.0.0.1",
  "2130706433",
  "127.0.0.1.",
  " 127.0.0.1",
  "[::1]",
  "1.2.3",
  "1.2.3.4.5",
  "%eth0",
])("%j is no address in canonical writing, and is refused", (ip) => {
  expect(categoryOf(ip)).toBe("not_an_address");
  expect(judgeAddress(ip, createAddressPolicy(["0.0.0.0/0", "::/0", "localhost"]), { hostname: "localhost", port: 80 }).verdict).toBe(
    "refused",
  );
});

describe("no disguise of an address as a URL's host gets through", () => {
  const secrets = [
    { bytes: [127, 0, 0, 1], category: "loopback" },
    { bytes: [169, 254, 169, 254], category: "metadata" },
    { bytes: [10, 0, 0, 1], category: "private" },
  ] as const;
  const inBase = (value: number, base: number): string =>
    base === 16 ? `0x${value.toString(16)}` : base === 8 ? `0${value.toString(8)}` : String(value);
  const base = fc.constantFrom(8, 10, 16);
  const disguise = (plain: string, change: { wide: boolean; upper: boolean; dots: string; end: string; percent: boolean }): string => {
    const wide = change.wide ? plain.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))) : plain;
    const upper = change.upper ? wide.toUpperCase() : wide;
    const dotted = upper.replaceAll(".", change.dots);
    return (change.percent ? encodeURIComponent(dotted).replace(/^\d/, (digit) => `%3${digit}`) : dotted) + change.end;
  };
  const change = fc.record({
    wide: fc.boolean(),
    upper: fc.boolean(),
    dots: fc.constantFrom(".", "。", "．", "｡"),
    end: fc.constantFrom("", ".", "。"),
    percent: fc.boolean(),
  });

  test.each(secrets)("$bytes in decimal, octal, hex, short forms, wide digits, with other dots", ({ bytes, category }) => {
    const [a, b, c, d] = bytes;
    const parts = fc.constantFrom([a, b, c, d], [a, b, c * 256 + d], [a, (b * 256 + c) * 256 + d], [((a * 256 + b) * 256 + c) * 256 + d]);
    const property = fc.property(parts, fc.array(base, { minLength: 4, maxLength: 4 }), change, (numbers, bases, how) => {
      const host = hostOf(disguise(numbers.map((number, index) => inBase(number, bases[index] ?? 10)).join("."), how));
      expect(host).toBe(bytes.join("."));
      expect(categoryOf(host ?? "")).toBe(category);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test.each(secrets)("$bytes inside an IPv6 address, dotted or in hex, in either case", ({ bytes, category }) => {
    const [a, b, c, d] = bytes;
    const dotted = bytes.join(".");
    const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
    const expected = (prefix: string) => (["::ffff:", "64:ff9b::"].includes(prefix) || category === "metadata" ? category : "transition");
    const prefix = fc.constantFrom("::", "::ffff:", "0:0:0:0:0:ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::");
    const property = fc.property(prefix, fc.boolean(), fc.boolean(), (prefix, isDotted, isUpper) => {
      const text = `${prefix}${isDotted ? dotted : hex}`;
      const host = hostOf(`[${isUpper ? text.toUpperCase() : text}]`);
      expect(categoryOf(host ?? "")).toBe(expected(prefix === "0:0:0:0:0:ffff:" ? "::ffff:" : prefix));
      expect(categoryOf(text)).toBe(categoryOf(host ?? ""));
    });
    fc.assert(property);
  });

  test.each(["[fe80::1%25eth0]", "[::1%25lo]", "[::1%lo]", "256.256.256.256", "0x1ffffffff", "1.2.3.4.5", "127.0.0.1:99999"])(
    "%s is no URL at all",
    (host) => {
      expect(hostOf(host)).toBeNull();
    },
  );
});

test("whatever lies in a private range is refused, as IPv4, mapped and behind NAT64", () => {
  const byte = fc.nat(255);
  const address = fc.oneof(
    fc.tuple(fc.constant(10), byte, byte, byte),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
    fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
    fc.tuple(fc.constant(127), byte, byte, byte),
    fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    fc.tuple(fc.integer({ min: 224, max: 255 }), byte, byte, byte),
  );
  const property = fc.property(address, fc.constantFrom("", "::ffff:", "64:ff9b::", "::"), (bytes, prefix) => {
    expect(judgeAddress(`${prefix}${bytes.join(".")}`, nothingAllowed).verdict).toBe("refused");
  });
  fc.assert(property, { numRuns: 500 });
});

test("any text at all is judged without an exception", () => {
  const property = fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
    expect(judgeAddress(text, nothingAllowed).verdict).toMatch(/^(allowed|refused)$/);
  });
  fc.assert(property, { numRuns: 500 });
});

describe("an admin's list", () => {
  const isAllowed = (entry: string, ip: string, hostname = ip, port = 11434): boolean =>
    judgeAddress(ip, createAddressPolicy([entry]), { hostname, port }).verdict === "allowed";

  test.each([
    ["192.168.1.20", "192.168.1.20", true],
    ["192.168.1.20", "::ffff:192.168.1.20", true],
    ["192.168.1.20", "192.168.1.21", false],
    ["192.168.1.20:11434", "192.168.1.20", true],
    ["192.168.1.20:11435", "192.168.1.20", false],
    ["192.168.1.0/24", "192.168.1.255", true],
    ["192.168.1.0/24", "192.168.2.0", false],
    ["192.168.1.77/24", "192.168.1.1", true],
    ["::ffff:192.168.0.0/112", "192.168.3.4", true],
    ["fd12::/16", "fd12:1::1", true],
    ["fd12::/16", "fd13::1", false],
    ["[fd12::1]:11434", "fd12::1", true],
    ["127.0.0.1", "127.0.0.1", true],
    ["192.168.1.20", "64:ff9b::192.168.1.20", false],
    ["nonsense//", "192.168.1.20", false],
  ])("%s lets %s through: %s", (entry, ip, expected) => {
    expect(isAllowed(entry, ip)).toBe(expected);
  });

  test.each([
    ["ollama.home", "ollama.home", true],
    ["Ollama.Home.", "OLLAMA.home.", true],
    ["ollama.home", "evil.ollama.home", false],
    ["ollama.home", "ollama.home.evil.example", false],
    ["ollama.home:11434", "ollama.home", true],
    ["ollama.home:80", "ollama.home", false],
    ["bücher.home", "xn--bcher-kva.home", true],
  ])("%s lets the name %s through: %s", (entry, hostname, expected) => {
    expect(isAllowed(entry, "192.168.1.20", hostname)).toBe(expected);
  });

  test.each(["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255"])(
    "neither a name nor a wide range opens %s, its exact address does",
    (ip) => {
      expect(isAllowed("metadata.home", ip, "metadata.home")).toBe(false);
      expect(isAllowed("0.0.0.0/0", ip)).toBe(false);
      expect(isAllowed("169.254.0.0/16", ip)).toBe(false);
      expect(isAllowed("::/0", ip)).toBe(false);
      expect(isAllowed(ip, ip)).toBe(true);
    },
  );
});
