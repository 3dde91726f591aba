import { inspect } from "node:util";
import { expect, test } from "vitest";
import { ConfigurationError, parseEnv } from "./env.js";

const good = { DATABASE_URL: "postgres://u:pw-canary@localhost/db", MOSAIC_SECRET_KEY: "0123456789abcdefghijklmnopqrstuvwxyz" };

function faults(source: Record<string, string | undefined>): string {
  try {
    parseEnv(source);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  return "";
}

test("two settings are enough", () => {
  expect(parseEnv(good)).toMatchObject({ PORT: 8080, MOSAIC_INTERNAL_PORT: 8081, HOST: "127.0.0.1" });
});

test("all faults are listed at once", () => {
  const message = faults({ PORT: "99999999", MOSAIC_RUNTIME: "podman", HOST: "example.org" });
  for (const name of [
    "DATABASE_URL is missing",
    "MOSAIC_SECRET_KEY is missing",
    "PORT is not valid",
    "MOSAIC_RUNTIME is not valid",
    "HOST is not valid",
  ]) {
    expect(message).toContain(name);
  }
});

test.each([
  ["too short", "only-31-characters-0123456789abc"],
  ["a repetition", "a".repeat(40)],
])("a secret key that is %s is refused without being shown", (_name, key) => {
  const short = key.slice(0, key.startsWith("only") ? 31 : 40);
  const message = faults({ ...good, MOSAIC_SECRET_KEY: short });
  expect(message).toContain("MOSAIC_SECRET_KEY");
  expect(message).not.toContain(short);
});

test("an empty variable counts as not set", () => {
  expect(parseEnv({ ...good, PORT: "", MOSAIC_RUNTIME: "" }).PORT).toBe(8080);
});

test("threads are those that Node has unless told, and a number that Node would not take is refused", () => {
  expect(parseEnv(good).UV_THREADPOOL_SIZE).toBe(4);
  expect(parseEnv({ ...good, UV_THREADPOOL_SIZE: "16" }).UV_THREADPOOL_SIZE).toBe(16);
  for (const value of ["0", "1025", "many", "2.5"]) {
    expect(faults({ ...good, UV_THREADPOOL_SIZE: value })).toContain("UV_THREADPOOL_SIZE is not valid: a whole number from 1 to 1024");
  }
});

test("the two ports differ", () => {
  expect(faults({ ...good, PORT: "9000", MOSAIC_INTERNAL_PORT: "9000" })).toContain("must differ");
  expect(parseEnv({ ...good, PORT: "65535" }).MOSAIC_INTERNAL_PORT).toBe(65_534);
});

test("secrets don't print", () => {
  const env = parseEnv(good);
  const printed = [
    inspect(env, { depth: 9, showHidden: true }),
    JSON.stringify(env),
    String(env.DATABASE_URL),
    env.MOSAIC_SECRET_KEY.toString(),
  ].join("\n");
  expect(printed).not.toContain("pw-canary");
  expect(printed).not.toContain(good.MOSAIC_SECRET_KEY);
  expect(env.MOSAIC_SECRET_KEY.open()).toBe(good.MOSAIC_SECRET_KEY);
});
