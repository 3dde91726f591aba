import { Test, type TestingModule } from "@nestjs/testing";
import { afterEach, expect, test, vi } from "vitest";
import { PlatformModule } from "../platform.module.js";
import { ConfigurationError, ENV, type Env } from "./env.js";

const good = {
  DATABASE_URL: "postgres://nobody:pw-canary@127.0.0.1:1/none",
  MOSAIC_SECRET_KEY: "ab12".repeat(8) + "cdefghijklmnop",
};

afterEach(() => vi.unstubAllEnvs());

function stub(values: Readonly<Record<string, string | undefined>>): void {
  for (const name of [...Object.keys(process.env).filter((known) => known.startsWith("MOSAIC_")), "DATABASE_URL", "PORT", "HOST"]) {
    vi.stubEnv(name, values[name]);
  }
  for (const [name, value] of Object.entries(values)) {
    vi.stubEnv(name, value);
  }
}

const made = async (): Promise<TestingModule> => Test.createTestingModule({ imports: [PlatformModule] }).compile();

test("the configuration that Nest hands out is the one that was judged, and the process's environment stays as it was", async () => {
  stub({ ...good, PORT: "9000" });
  const before = { ...process.env };
  const module = await made();
  const env = module.get<Env>(ENV, { strict: false });
  expect([env.PORT, env.MOSAIC_INTERNAL_PORT, env.MOSAIC_TRUSTED_PROXIES]).toEqual([9000, 9001, []]);
  expect(env.DATABASE_URL.open()).toBe(good.DATABASE_URL);
  expect(process.env).toEqual(before);
  await module.close();
});

test("every fault stops the application in the same words, all at once, with nothing of a value", async () => {
  stub({ DATABASE_URL: good.DATABASE_URL, PORT: "canary", MOSAIC_RUNTIMES: "canary" });
  const failure = made();
  await expect(failure).rejects.toThrow(ConfigurationError);
  const words = await failure.catch((error: unknown) => String(error));
  expect(words).toContain("MOSAIC_SECRET_KEY is missing: at least 32 characters");
  expect(words).toContain("PORT is not valid: a port number");
  expect(words).toContain("MOSAIC_RUNTIMES is no setting of Mosaic. Is MOSAIC_RUNTIME meant?");
  expect(words).not.toContain("canary");
});
