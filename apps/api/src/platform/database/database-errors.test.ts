import { PrismaPg } from "@prisma/adapter-pg";
import { Client } from "pg";
import { expect, test } from "vitest";
import { PrismaClient } from "../../generated/prisma/client.js";
import { databaseFaultKind, fromConnection, isDatabaseUnavailable, isUniqueViolation } from "./database-errors.js";

const caught = async (promise: Promise<unknown>): Promise<unknown> => promise.catch((reason: unknown) => reason);

test("a refused connection of our own counts as the database being away", async () => {
  const client = new Client({ host: "127.0.0.1", port: 1, connectionTimeoutMillis: 2_000 });
  expect(isDatabaseUnavailable(fromConnection(await caught(client.connect())))).toBe(true);
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

test.each([
  ["timeout exceeded when trying to connect", undefined, "busy"],
  ["timeout expired", undefined, "unreachable"],
  ["Connection terminated unexpectedly", undefined, "unreachable"],
  ["canceling statement due to lock timeout", "55P03", "busy"],
  ["no pg_hba.conf entry for host, no encryption", "28000", "tls"],
  ["could not extend file: No space left on device", "58030", "disk_full"],
  ["syntax error", "42601", null],
])("what our own connection says, %s (%s), is %s", (message, code, kind) => {
  expect(databaseFaultKind(fromConnection(Object.assign(new Error(message), { code })))).toBe(kind);
});

test("what Prisma says is judged by what is nearest to Postgres, and by its words only where it has no code", () => {
  const prismaError = (fields: object, message = "failed"): Error =>
    Object.assign(new Error(message), { name: "PrismaClientKnownRequestError", ...fields });
  const adapter = (cause: object): object => ({ meta: { driverAdapterError: { cause } } });
  expect(databaseFaultKind(prismaError({ code: "P2010", ...adapter({ kind: "postgres", originalCode: "53300" }) }))).toBe(
    "too_many_connections",
  );
  expect(databaseFaultKind(prismaError(adapter({ kind: "TlsConnectionError" })))).toBe("tls");
  expect(databaseFaultKind(prismaError({ code: "P2024" }))).toBe("busy");
  expect(databaseFaultKind(prismaError({}, "Connection terminated unexpectedly"))).toBe("unreachable");
  // Somebody's text may speak of certificates and timeouts.
  expect(databaseFaultKind(prismaError({ code: "P2010" }, "no such SSL certificate, timeout"))).toBeNull();
});

test.each([
  ["of Prisma", { name: "PrismaClientKnownRequestError", code: "P2002" }, true],
  [
    "of a raw query",
    { name: "PrismaClientKnownRequestError", code: "P2010", meta: { driverAdapterError: { cause: { originalCode: "23505" } } } },
    true,
  ],
  ["of something else", { name: "Error", code: "P2002" }, false],
])("a refusal by a unique constraint, %s", (_case, fields, expected) => {
  expect(isUniqueViolation(Object.assign(new Error("failed"), fields))).toBe(expected);
});
