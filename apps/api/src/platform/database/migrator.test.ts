import { expect, test } from "vitest";
import { MigrationError, pendingMigrations } from "./migrator.js";

const migration = (name: string): { name: string; sql: string; checksum: string } => ({ name, sql: "", checksum: `sum of ${name}` });
const applied = (name: string, over: object = {}): { migration_name: string; checksum: string; is_finished: boolean } => ({
  migration_name: name,
  checksum: `sum of ${name}`,
  is_finished: true,
  ...over,
});
const all = [migration("1"), migration("2")];

test("what was applied is not applied again", () => {
  expect(pendingMigrations(all, []).map(({ name }) => name)).toEqual(["1", "2"]);
  expect(pendingMigrations(all, [applied("1")]).map(({ name }) => name)).toEqual(["2"]);
  expect(pendingMigrations(all, [applied("1"), applied("2")])).toEqual([]);
});

test("a newer release's migration is left alone", () => {
  expect(pendingMigrations(all, [applied("1"), applied("2"), applied("3")])).toEqual([]);
});

test("a migration that changed after it was applied is refused", () => {
  expect(() => pendingMigrations(all, [applied("1", { checksum: "another" })])).toThrow(MigrationError);
});

test("a history that failed half-way is refused", () => {
  expect(() => pendingMigrations(all, [applied("1", { is_finished: false })])).toThrow(/failed half-way/);
});
