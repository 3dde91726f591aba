import { expect, it } from "vitest";
import { lastWords } from "./last-words.js";

it("tells the end of what npm said, without addresses and tokens", () => {
  const said = [
    "npm error code E401",
    "npm error 401 https://user:pass@registry.example/parrot - unauthorised",
    "npm error //registry.example/:_authToken=npm_abc123",
    "",
    "npm error A complete log of this run can be found in: /root/.npm/_logs/x.log",
  ].join("\n");
  const words = lastWords(said);
  expect(words).toContain("npm error code E401");
  expect(words).not.toMatch(/pass|abc123|_logs/);
});
