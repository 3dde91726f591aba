import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildFingerprint, installFingerprint } from "./fingerprint.mjs";

/** @type {string} */
let root;

const write = (/** @type {string} */ file, /** @type {string} */ content) => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
};

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "mosaic-fingerprint-"));
  write("pnpm-lock.yaml", "lock");
  write("apps/api/package.json", "{}");
  write("apps/api/src/main.ts", "main");
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test.each(["pnpm-lock.yaml", "package.json", "apps/api/package.json", "packages/new/package.json", "e2e/package.json"])(
  "a change of %s asks for an installation and a build",
  (file) => {
    const [install, build] = [installFingerprint(root), buildFingerprint(root)];
    write(file, '{"changed": true}');
    expect(installFingerprint(root)).not.toBe(install);
    expect(buildFingerprint(root)).not.toBe(build);
  },
);

test.each([
  "apps/api/src/main.ts",
  "apps/api/src/new.ts",
  "packages/contracts/src/chat.ts",
  "prisma/schema.prisma",
  "tsconfig.base.json",
  "turbo.json",
])("a change of %s asks for a build only", (file) => {
  const [install, build] = [installFingerprint(root), buildFingerprint(root)];
  write(file, "changed content");
  expect(installFingerprint(root)).toBe(install);
  expect(buildFingerprint(root)).not.toBe(build);
});

test.each([
  "apps/api/dist/main.js",
  "apps/web/.next/x",
  "apps/web/out/index.html",
  "apps/api/node_modules/x/package.json",
  "apps/api/src/generated/client.ts",
  ".mosaic/secret-key",
  "README.md",
])("what tools write to %s changes nothing", (file) => {
  const build = buildFingerprint(root);
  write(file, "written");
  expect(buildFingerprint(root)).toBe(build);
});
