import { expect, test } from "vitest";
import { hostToShow, parsedAddress } from "@/components/markdown/link-host";

test.each([
  ["https://bank.com", "https://evil.example/", "evil.example"],
  ["bank.com/login", "https://evil.example/", "evil.example"],
  ["Go to www.bank.com now", "https://evil.example/", "evil.example"],
  ["https://bank.com", "https://bank.com.evil.example/", "bank.com.evil.example"],
  ["b\u200Bank.com", "https://evil.example/", "evil.example"],
  ["\u202Emoc.knab", "https://evil.example/", "evil.example"],
  ["аррӏе.com", "https://аррӏе.com", "xn--80ak6aa92e.com"],
  ["my bank", "https://аррӏе.com", "xn--80ak6aa92e.com"],
  ["https://bank.com@evil.example/", "https://bank.com@evil.example/", "evil.example"],
  ["https://www.example.org/a", "https://example.org/a", null],
  ["example.org", "https://www.example.org/", null],
  ["EXAMPLE.org", "https://example.org/", null],
  ["the documentation", "https://example.org/", null],
  ["me@example.org", "mailto:me@example.org", null],
])("%s → %s", (text, href, host) => {
  const address = parsedAddress(href);
  expect(address === null ? "refused" : hostToShow(address, text)).toBe(host);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "/login",
  "#top",
  "https://",
  "ftp://example.org",
  " javascript:alert(1)",
  "blob:https://a/b",
])("%s leads nowhere", (href) => {
  expect(parsedAddress(href)).toBeNull();
});
