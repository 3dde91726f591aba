import { expect, test } from "vitest";
import { returnPath } from "./return-path.js";

test.each(["/", "/chat?id=1", "/settings/providers#key"])("a page of Mosaic is returned to: %s", (path) => {
  expect(returnPath(path)).toBe(path);
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "evil",
  "/..//evil.example",
  "/api/auth/oidc/start",
  "/%5c%5cevil".replaceAll("%5c", "\\"),
  ["/a", "/b"],
  undefined,
  `/${"x".repeat(600)}`,
])("nothing else is: %s", (wanted) => {
  expect(returnPath(wanted)).toBe("/");
});
