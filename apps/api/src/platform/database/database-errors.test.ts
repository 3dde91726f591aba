import { PrismaPg } from "@prisma/adapter-pg";
import { Client } from "pg";
import { expect, test } from "vitest";
import { PrismaClient } from "../../generated/prisma/client.js";
import { fromConnecting, isDatabaseUnavailable } from "./database-errors.js";

const caught = async (promise: Promise<unknown>): Promise<unknown> => promise.catch((reason: unknown) => reason);

test("a refused connection of our own counts as the database being away", async () => {
  const client = new Client({ host: "127.0.0.1", port: 1, connectionTimeoutMillis: 2_000 });
  expect(isDatabaseUnavailable(fromConnecting(await caught(client.connect())))).toBe(true);
});

test("a refused connection of Prisma counts as well, also as a cause", async () => {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: "postgres://x@127.0.0.1:1/x" }) });
  const error = await caught(prisma.user.count());
  expect(isDatabaseUnavailable(error)).toBe(true);
  expect(isDatabaseUnavailable(new Error("outer", { cause: error }))).toBe(true);
});

test("a refused connection to anything else does not", async () => {
  expect(isDatabaseUnavailable(await caught(fetch("http://127.0.0.1:1")))).toBe(false);
});

test.each([
  ["57P01", true],
  ["08006", true],
  ["53300", true],
  ["53100", true],
  ["25006", true],
  ["55P03", true],
  ["42601", false],
  ["23505", false],
])("a raw query that Postgres ended with %s: %s", (originalCode, expected) => {
  const meta = { driverAdapterError: { cause: { kind: "postgres", originalCode } } };
  const error = Object.assign(new Error("Raw query failed"), { name: "PrismaClientKnownRequestError", code: "P2010", meta });
  expect(isDatabaseUnavailable(error)).toBe(expected);
});

test("what is no error is not the database's fault", () => {
  expect(isDatabaseUnavailable("text")).toBe(false);
});
