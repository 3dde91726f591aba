import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAllowedAddress } from "./allowed-address.js";

test.each([
  ["ollama.home", "ollama.home"],
  [" Ollama.HOME. ", "ollama.home"],
  ["localhost:11434", "localhost:11434"],
  ["ollama.home:80", "ollama.home:80"],
  ["host_name", "host_name"],
  ["bücher.home", "xn--bcher-kva.home"],
  ["192.168.1.20", "192.168.1.20"],
  ["192.168.1.20:11434", "192.168.1.20:11434"],
  ["2130706433", "127.0.0.1"],
  ["0x7f.1:80", "127.0.0.1:80"],
  ["::1", "::1"],
  ["[::1]", "::1"],
  ["[FD12:0::1]:11434", "[fd12::1]:11434"],
  ["::ffff:10.0.0.1", "10.0.0.1"],
  ["10.1.2.3/8", "10.0.0.0/8"],
  ["192.168.1.20/32", "192.168.1.20"],
  ["192.168.1.130/25", "192.168.1.128/25"],
  ["fd12:3456:789a::1/33", "fd12:3456::/33"],
  ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
  ["0.0.0.0/0", "0.0.0.0/0"],
])("%j is understood as %s", (written, text) => {
  expect(parseAllowedAddress(written)).toMatchObject({ isValid: true, text });
});

test.each([
  "",
  " ",
  "http://ollama.home",
  "*.home",
  "10.0.0.*",
  "a b",
  "user@host",
  "host?x",
  "host#x",
  "host\\x",
  "host:0",
  "host:65536",
  "host:1:2",
  "host:",
  "-host",
  "a..b",
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0.0/8/8",
  "10.0.0.0/8:80",
  "0x0a.0.0.0/8",
  "10/8",
  "fe80::1%eth0",
  "[fe80::1%25eth0]:80",
  "::/129",
  "::ffff:0:0/95",
  "host.%00",
  `${"a".repeat(64)}.home`,
  "a".repeat(301),
])("%j is refused with words that say what is understood", (written) => {
  expect(parseAllowedAddress(written)).toMatchObject({ isValid: false, fault: expect.stringMatching(/[A-Z].*\.$/) as string });
});

test("what is understood is understood the same way again", () => {
  const entry = fc.oneof(
    fc.string(),
    fc.domain(),
    fc.ipV4(),
    fc.ipV6(),
    fc.tuple(fc.ipV4(), fc.nat(32)).map(([ip, bits]) => `${ip}/${bits}`),
  );
  const property = fc.property(entry, (written) => {
    const parsed = parseAllowedAddress(written);
    if (parsed.isValid) {
      expect(parseAllowedAddress(parsed.text)).toEqual(parsed);
    }
  });
  fc.assert(property, { numRuns: 500 });
});
