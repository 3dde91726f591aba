import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureSecretKey, prepareStateDir, rotateLog, stateFiles, writeOnce } from "./state.mjs";

/** @type {string} */
let stateDir;

beforeEach(() => {
  stateDir = path.join(mkdtempSync(path.join(os.tmpdir(), "mosaic-state-")), ".mosaic");
  prepareStateDir(stateDir);
});

afterEach(() => {
  rmSync(path.dirname(stateDir), { recursive: true, force: true });
});

test("a state folder that others may enter is closed", () => {
  chmodSync(stateDir, 0o755);
  prepareStateDir(stateDir);
  expect(statSync(stateDir).mode & 0o777).toBe(0o700);
});

test("the key is made once, for its owner only, and is long enough", () => {
  const options = { stateDir, secretKey: undefined, usesEmbeddedPostgres: true };
  const first = ensureSecretKey(options);
  expect(first).toMatchObject({ isNew: true, file: stateFiles(stateDir).secretKey });
  expect(first.secretKey.length).toBeGreaterThanOrEqual(32);
  expect(statSync(stateFiles(stateDir).secretKey).mode & 0o777).toBe(0o600);
  expect(ensureSecretKey(options)).toMatchObject({ isNew: false, secretKey: first.secretKey });
});

test("a key that is set in the environment is used, and nothing is written", () => {
  expect(ensureSecretKey({ stateDir, secretKey: "given", usesEmbeddedPostgres: true })).toMatchObject({
    secretKey: "given",
    isNew: false,
    file: undefined,
  });
  expect(existsSync(stateFiles(stateDir).secretKey)).toBe(false);
});

test("a database whose key is gone is refused, unless it is not in the state folder", () => {
  mkdirSync(stateFiles(stateDir).postgresData, { recursive: true });
  expect(() => ensureSecretKey({ stateDir, secretKey: undefined, usesEmbeddedPostgres: true })).toThrow(
    "Put the key back from your backup",
  );
  expect(ensureSecretKey({ stateDir, secretKey: undefined, usesEmbeddedPostgres: false }).isNew).toBe(true);
});

test("a file that is written once is never written over, and leaves no draft", () => {
  const file = path.join(stateDir, "once");
  expect(writeOnce(file, "first")).toBe(true);
  expect(writeOnce(file, "second")).toBe(false);
  expect(readFileSync(file, "utf8")).toBe("first");
  expect(readdirSync(stateDir).filter((name) => name.startsWith("once"))).toEqual(["once"]);
});

test("the logs of the last three runs are kept", () => {
  const file = path.join(stateDir, "logs/mosaic.log");
  for (const run of ["1", "2", "3", "4", "5"]) {
    rotateLog(file);
    writeFileSync(file, run);
  }
  expect([file, `${file}.1`, `${file}.2`, `${file}.3`].map((name) => readFileSync(name, "utf8"))).toEqual(["5", "4", "3", "2"]);
  expect(existsSync(`${file}.4`)).toBe(false);
});
