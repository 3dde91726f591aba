import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { build, installPackages } from "./prepare.mjs";
import { Progress } from "./progress.mjs";
import { toolchainEnv } from "./toolchain.mjs";

/** @type {string} */
let root;
/** @type {Parameters<typeof build>[0]} */
let options;
let shown = "";

const write = (/** @type {string} */ file, /** @type {string} */ content, mode = 0o644) => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content, { mode });
};
const calls = () => (existsSync(path.join(root, "calls")) ? readFileSync(path.join(root, "calls"), "utf8").trim().split("\n") : []);

// A program in pnpm's place: it notes what it is asked to do, and does what the file `fake` says.
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "mosaic-prepare-"));
  shown = "";
  write("pnpm-lock.yaml", "lock");
  write("apps/api/src/main.ts", "main");
  write("node_modules/.keep", "");
  write("bin/pnpm", '#!/bin/sh\necho "$*" >> calls\n. ./fake\n', 0o755);
  write("fake", "mkdir -p apps/api/dist apps/web/out; touch apps/api/dist/main.js apps/web/out/index.html\n");
  const progress = new Progress({ out: { write: (text) => (shown += text) } });
  const toolchain = { node: process.execPath, pnpm: path.join(root, "bin/pnpm"), isOwn: true };
  options = {
    root,
    logsDir: path.join(root, "logs"),
    toolchain,
    env: process.env,
    progress,
    stampFile: path.join(root, ".mosaic/build-stamp"),
  };
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test("an installation is made once, exactly as locked, and again when a manifest changes", async () => {
  await installPackages(options);
  await installPackages(options);
  expect(calls()).toEqual(["install --frozen-lockfile"]);
  write("apps/api/package.json", "{}");
  await installPackages(options);
  expect(calls()).toHaveLength(2);
  expect(shown).toContain("Installing packages: done in");
});

test("an installation that failed is made again", async () => {
  write("fake", "echo no network; exit 1\n");
  await expect(installPackages(options)).rejects.toMatchObject({ details: "no network" });
  await expect(installPackages(options)).rejects.toThrow("check that this machine reaches its package registry");
  expect(calls()).toHaveLength(2);
});

test("a build is made once, and again when a source changes or an output is gone", async () => {
  await build(options);
  await build(options);
  expect(calls()).toHaveLength(1);
  write("apps/api/src/main.ts", "changed");
  await build(options);
  expect(calls()).toHaveLength(2);
  rmSync(path.join(root, "apps/web/out"), { recursive: true });
  await build(options);
  expect(calls()).toHaveLength(3);
});

test("a source that changes during the build makes the next start build again", async () => {
  write("fake", `${readFileSync(path.join(root, "fake"), "utf8")} echo more >> apps/api/src/main.ts\n`);
  await build(options);
  await build(options);
  expect(calls()).toHaveLength(2);
});

test("what npm tells its scripts is kept from the tools, the person's own settings are not", () => {
  const env = toolchainEnv(options.toolchain, {
    PATH: "/elsewhere",
    npm_package_name: "x",
    npm_lifecycle_event: "start",
    npm_execpath: "y",
    npm_config_registry: "r",
    HTTPS_PROXY: "p",
  });
  expect(env).toMatchObject({ npm_config_registry: "r", HTTPS_PROXY: "p" });
  expect(Object.keys(env).filter((key) => /^npm_(package|lifecycle|execpath)/.test(key))).toEqual([]);
  expect(env["PATH"]).toBe([path.dirname(process.execPath), path.join(root, "bin"), "/elsewhere"].join(":"));
});
