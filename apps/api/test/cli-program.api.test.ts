import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "./harness/test-database.js";

const program = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const secretKey = "test-secret-key-0123456789-abcdefghijklmnop";

let filled: TestDatabase;
let empty: TestDatabase;

beforeAll(async () => {
  [filled, empty] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
});

afterAll(async () => {
  await Promise.all([filled.drop(), empty.drop()]);
});

interface Outcome {
  readonly code: number | null;
  readonly said: string;
  readonly noted: string;
}

/** The program itself, with nothing but `env` and what is on its standard input. */
async function mosaic(words: readonly string[], env: Record<string, string>, input = ""): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...words], { env: { PATH: process.env["PATH"], ...env }, stdio: "pipe" });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin.on("error", () => undefined).end(input);
  const [said, noted, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said, noted };
}

const at = (database: TestDatabase): Record<string, string> => ({ DATABASE_URL: database.url, MOSAIC_SECRET_KEY: secretKey });

interface Check {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
}

const checksOf = ({ said }: Outcome): Check[] => (JSON.parse(said) as { checks: Check[] }).checks;

test("the doctor ends with 0 when nothing fails, and lists it as JSON for programs", async () => {
  const outcome = await mosaic(["doctor", "--json"], at(filled));
  expect([outcome.code, outcome.noted]).toEqual([0, ""]);
  expect(checksOf(outcome).map(({ check }) => check)).toEqual([
    "Configuration",
    "Database",
    "Migrations",
    "Secret key",
    "Clock",
    "Disk",
    "Runtime",
  ]);
});

test.each([
  ["no configuration", {}, "Configuration", "DATABASE_URL is missing"],
  ["a key that is too short", { MOSAIC_SECRET_KEY: "short" }, "Configuration", "MOSAIC_SECRET_KEY is not valid"],
])("%s is a finding like any other, by name and without its value", async (_what, changes, check, words) => {
  const outcome = await mosaic(["doctor", "--json"], changes);
  expect(outcome.code).toBe(1);
  expect(checksOf(outcome)).toMatchObject([{ check, state: "failing", detail: expect.stringContaining(words) as string }]);
  expect(outcome.said).not.toContain('"short"');
});

test("a database that is away fails where it is needed, and nothing is said that nobody can know", async () => {
  const outcome = await mosaic(["doctor"], { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", MOSAIC_SECRET_KEY: secretKey });
  expect(outcome.code).toBe(1);
  expect(outcome.said).toMatch(/FAILING\s+Database: The database can't be reached/);
  expect(outcome.said).toMatch(/warning\s+Runtime: It can't be looked at without the database/);
  expect(outcome.said).not.toContain("wizard");
});

test("an operator makes the breakglass account, with the password on standard input, and sets it anew", async () => {
  const password = "a sentence only for this";
  const made = await mosaic(["admin", "create-breakglass", "--name", "operator"], at(empty), `${password}\n`);
  expect([made.code, made.noted.includes(password)]).toEqual([0, false]);
  const again = await mosaic(["admin", "create-breakglass", "--name", "other"], at(empty), `${password}\n`);
  expect([again.code, again.noted]).toEqual([1, expect.stringContaining("reset-breakglass")]);
  const [before] = await empty.query<{ password_hash: string }>("SELECT password_hash FROM breakglass_user");
  const reset = await mosaic(["admin", "reset-breakglass"], at(empty), "quite another sentence\n");
  expect([reset.code, reset.said]).toEqual([0, expect.stringContaining("operator has a new password")]);
  const [after] = await empty.query<{ password_hash: string }>("SELECT password_hash FROM breakglass_user");
  expect(after?.password_hash).not.toBe(before?.password_hash);
  const weak = await mosaic(["admin", "reset-breakglass"], at(empty), "short\n");
  expect([weak.code, weak.noted]).toEqual([1, expect.stringContaining("does not follow all rules")]);
});

test.each([[["nonsense"]], [["admin", "nonsense"]], [["backup"]], [["doctor", "too", "many"]], [["doctor", "--unknown"]]])(
  "%j ends with 1 and says what there is",
  async (words) => {
    const outcome = await mosaic(words, at(filled));
    expect([outcome.code, outcome.said]).toEqual([1, ""]);
    expect(outcome.noted.length).toBeGreaterThan(10);
    expect(outcome.noted).not.toMatch(/\n\s+at /);
  },
);

test("without a command it says what it can do", async () => {
  const outcome = await mosaic([], {});
  expect([outcome.code, outcome.said]).toEqual([0, expect.stringContaining("mosaic rotate-key")]);
});
