import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { localUrl, parseDotEnv, readSettings, withDotEnv } from "./settings.mjs";

test("an empty environment means port 8080 on loopback and the state beside the sources", () => {
  expect(readSettings("/clone", {})).toEqual({
    port: 8080,
    internalPort: 8081,
    host: "127.0.0.1",
    stateDir: "/clone/.mosaic",
    databaseUrl: undefined,
    secretKey: undefined,
  });
});

test("a variable that is set but empty counts as not set", () => {
  expect(readSettings("/clone", { PORT: "", DATABASE_URL: " ", MOSAIC_SECRET_KEY: "" })).toMatchObject({
    port: 8080,
    databaseUrl: undefined,
    secretKey: undefined,
  });
});

test.each(["0", "65536", "-1", "http", "80.5", "8080x"])("PORT=%s is refused with the name of the variable", (port) => {
  expect(() => readSettings("/clone", { PORT: port })).toThrow(`PORT is "${port}", which is not a port`);
});

test("an internal port that can not be is refused", () => {
  expect(() => readSettings("/clone", { PORT: "65535" })).toThrow("set MOSAIC_INTERNAL_PORT");
  expect(() => readSettings("/clone", { PORT: "9000", MOSAIC_INTERNAL_PORT: "9000" })).toThrow("set MOSAIC_INTERNAL_PORT");
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:80"],
  ["0.0.0.0", "http://127.0.0.1:80"],
  ["::", "http://[::1]:80"],
  ["fd00::1", "http://[fd00::1]:80"],
  ["mosaic.example.org", "http://mosaic.example.org:80"],
])("HOST=%s is reached at %s", (host, url) => {
  expect(localUrl({ host, port: 80 })).toBe(url);
});

test(".env is read as people write it", () => {
  const text = [
    "# a comment",
    "PORT=9000 # why",
    'export HOST="0.0.0.0"',
    "KEY='a # b'",
    "URL=postgres://u:p#w@h/d",
    "EMPTY=",
    "not a line",
  ].join("\n");
  expect(parseDotEnv(text)).toEqual({
    PORT: "9000",
    HOST: "0.0.0.0",
    KEY: "a # b",
    URL: "postgres://u:p#w@h/d",
    EMPTY: "",
  });
});

test("the environment wins over .env", () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "mosaic-settings-"));
  writeFileSync(path.join(root, ".env"), "PORT=9000\nHOST=::1\n");
  expect(withDotEnv(root, { PORT: "9001" })).toEqual({ PORT: "9001", HOST: "::1" });
  rmSync(root, { recursive: true });
});
