import { expect, test } from "vitest";
import { handWrittenNoticesIn } from "./hand-written-notices.mjs";

const sender = "apps/api/src/platform/notices/notices.ts";
const hearer = "apps/api/src/platform/notices/postgres-channel.ts";
const elsewhere = "apps/api/src/modules/auth/auth.repository.ts";

test.each([
  ["a call in a statement", elsewhere, "await transaction.$executeRaw`SELECT pg_notify('mosaic_sesions', '1')`;"],
  ["a call in capitals", elsewhere, 'await database.query("SELECT PG_NOTIFY($1, $2)");'],
  ["a call in a migration", "prisma/migrations/1/migration.sql", "  PERFORM pg_notify('mosaic_sessions', OLD.id::text);"],
  ["a statement", elsewhere, 'await database.query("NOTIFY mosaic_sessions");'],
  ["a statement in small letters", elsewhere, "await database.query('notify mosaic_sessions');"],
  ["a listener", elsewhere, "await client.query(`LISTEN ${channel}`);"],
  ["a listener where notices are sent", sender, "await client.query(`LISTEN ${channel}`);"],
  ["a call where notices are heard", hearer, 'await client.query("SELECT pg_notify($1, $2)");'],
])("%s is found", (_what, file, code) => {
  expect(handWrittenNoticesIn(file, `// first\n${code}\n`)).toEqual([{ file, line: 2, text: code.trim() }]);
});

test.each([
  ["sending in its place", sender, "return Prisma.sql`pg_notify(${notice.channel}, ${written(notice)})`;"],
  ["hearing in its place", hearer, "await client.query(`LISTEN ${channel}`);"],
  ["sending through its place", elsewhere, 'await send(transaction, { channel: "mosaic_settings", payload: group });'],
  ["hearing through its place", elsewhere, 'await this.notices.listen("mosaic_settings", listener);'],
  ["a server's setting", elsewhere, 'const port = "listen 443";'],
  ["a word", elsewhere, "// Processes listen to and notify each other."],
])("%s is none", (_what, file, code) => {
  expect(handWrittenNoticesIn(file, code)).toEqual([]);
});
