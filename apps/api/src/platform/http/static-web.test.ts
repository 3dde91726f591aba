import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { policyOf } from "./static-web.js";

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

test("only a page's own inline scripts may run", () => {
  const policy = policyOf(`<script>one()</script><script src="/a.js"></script><script id="x">two()</script>`);
  expect(policy).toContain(`script-src 'self' ${hashOf("one()")} ${hashOf("two()")};`);
  expect(policy).not.toContain("'unsafe-eval'");
  expect(policy.split(";").find((part) => part.includes("script-src"))).not.toContain("unsafe-inline");
});

test("a page without inline scripts allows none", () => {
  expect(policyOf("<p>text</p>")).toContain("script-src 'self';");
});
