import { Client } from "pg";
import { expect, test } from "vitest";
import { DatabaseUnfitError, fromConnection } from "./database-errors.js";
import { databaseProblem, explainDatabaseFault } from "./database-words.js";

const withCode = (code: string, message = "said"): Error => Object.assign(new Error(message), { code });

test.each([
  ["28P01", "password authentication failed for user", "check the user, the password"],
  ["28000", "role does not exist", "check the user, the password"],
  ["28000", 'no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption', "encrypted connection"],
  ["3D000", "database does not exist", "has no database of this name"],
  ["53300", "too many clients already", "has no connection left"],
  ["53100", "could not extend file", "The disk that Postgres lies on is full"],
  ["58030", "could not write to file: No space left on device", "The disk that Postgres lies on is full"],
  ["57P03", "the database system is starting up", "is starting or recovering"],
  ["25006", "cannot execute INSERT in a read-only transaction", "read-only"],
  ["42501", "permission denied for schema public", "lacks a right"],
  ["08P01", "unsupported startup parameter: options", "a pooler"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain", "sslrootcert"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match", "encrypted connection"],
  ["ECONNREFUSED", "connect ECONNREFUSED", "can't be reached"],
  ["", "The server does not support SSL connections", "sslmode=disable"],
])("%s (%s) is explained, with its own words", (code, message, words) => {
  const explained = explainDatabaseFault(fromConnection(withCode(code, message)));
  expect(explained).toContain(words);
  expect(explained).toContain(`(It said: ${message})`);
});

test("what connecting threw is explained all the same when it was marked as unavailable", async () => {
  const client = new Client({ host: "127.0.0.1", port: 1, connectionTimeoutMillis: 2_000 });
  const marked = fromConnection(await client.connect().catch((error: unknown) => error));
  expect(explainDatabaseFault(marked)).toContain("can't be reached");
  expect(databaseProblem(marked)).toEqual({ code: "database_unavailable", detail: "Nothing was changed. Try again in a moment." });
});

test("an error of anything else is none of the database, unless it was met while connecting to it", () => {
  expect(explainDatabaseFault(withCode("ECONNREFUSED"))).toBeNull();
  expect(databaseProblem(withCode("ECONNREFUSED"))).toBeNull();
  expect(explainDatabaseFault(fromConnection(withCode("42601")))).toBeNull();
});

test("a database that Mosaic can't use speaks for itself", () => {
  expect(explainDatabaseFault(new DatabaseUnfitError("It is encoded in LATIN1."))).toBe("It is encoded in LATIN1.");
});
