import { expect, test } from "vitest";
import { parseSetupToken, readSetupToken } from "@/features/entry/setup-token";

test.each([
  ["#token=abc-_1", "abc-_1"],
  ["http://localhost:8080/setup#token=abc", "abc"],
  ["  abc ", "abc"],
  ["http://localhost:8080/setup", null],
  ["#other=1", null],
  ["#token=", null],
  ["", null],
])("%j holds the token %j", (text, token) => {
  expect(parseSetupToken(text)).toBe(token);
});

test("the token leaves the address bar and stays for this tab", () => {
  window.history.replaceState(null, "", "/setup#token=secret-1");
  expect(readSetupToken()).toBe("secret-1");
  expect(window.location.href).not.toContain("secret-1");
  expect(readSetupToken()).toBe("secret-1");
});
