import { expect, test } from "vitest";
import { databaseUrlFaults } from "./database-url.js";

test.each([
  "postgres://mosaic:password@localhost:5432/mosaic",
  "postgresql://mosaic:p%40ss%23w%2Frd@db.example.org/mosaic?sslmode=verify-full&sslrootcert=/etc/ca.pem",
  "postgres://mosaic@/mosaic?host=/var/run/postgresql".replace("@/", "@localhost/"),
  "postgres://u:p@[::1]:5432/db?application_name=mosaic&statement_timeout=60000",
])("%s is understood", (url) => {
  expect(databaseUrlFaults(url)).toEqual([]);
});

test.each([
  ["postgres://u:p@h/db?connection_limit=5", "connection_limit"],
  ["postgres://u:p@h/db?pgbouncer=true", "session mode"],
  ["postgres://u:p@h/db?schema=mosaic", "schema public"],
  ["postgres://u:p@h/db?sslmode=require&channel_binding=require", "channel_binding"],
  ["postgres://u:p@h/db?sslmode=allow", "one of disable, prefer, require, verify-ca, verify-full, no-verify"],
  ["postgres://u:p@h/db?ssl=false", "ssl must be one of"],
  ["postgres://u:p@h/db?statement_timeout=1min", "a number of milliseconds"],
  ["postgres://u:p@h/db?sslmode=disable&sslmode=require", "sslmode is there twice"],
  ["postgres://u:p@h/db?connect_timeout=3", "its own limits of time"],
  ["postgres://u:p@h/db?toString=1", "does not understand toString"],
])("%s: a parameter that is not understood is refused", (url, words) => {
  expect(databaseUrlFaults(url).join("; ")).toContain(words);
});

test.each([
  "postgres://u:pw#canary@h/db",
  "postgres://u:pw/canary@h/db",
  "postgres://u:1/canary@h/db",
  "postgres://u:100%canary@h/db",
  "postgres://u:pw?canary@h/db",
])("%s: a password that is not percent-encoded is told as that, and not shown", (url) => {
  const [fault = ""] = databaseUrlFaults(url);
  expect(fault).toContain("percent-encoded");
  expect(fault).not.toContain("canary");
});

test("what is no address of Postgres is told so", () => {
  expect(databaseUrlFaults("mysql://u:p@h/db")).toEqual(["an address such as postgres://user:password@host:5432/database"]);
  expect(databaseUrlFaults("postgres://u:p@h")).toEqual(["it names no database: postgres://user:password@host:5432/database"]);
});
