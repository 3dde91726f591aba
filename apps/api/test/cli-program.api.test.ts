import { spawn } from "node:child_process";
import { randomBytes, randomUUIDv7 } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { keyContext } from "../src/modules/llm-providers/llm-providers.types.js";
import { startTestApp } from "./harness/test-app.js";
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
    "Settings",
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
  expect(outcome.said).toMatch(/FAILING\s+Database: The database at DATABASE_URL can't be reached/);
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
  expect(await empty.query("SELECT actor_kind AS kind, action FROM audit_events ORDER BY id")).toEqual([
    { kind: "cli", action: "user.create" },
    { kind: "cli", action: "password.reset" },
  ]);
  const weak = await mosaic(["admin", "reset-breakglass"], at(empty), "short\n");
  expect([weak.code, weak.noted]).toEqual([1, expect.stringContaining("does not follow all rules")]);
});

test("without the account a reset says how to make one, and a database that is away is told as such", async () => {
  const none = await mosaic(["admin", "reset-breakglass"], at(filled), "quite another sentence\n");
  expect([none.code, none.said, none.noted]).toEqual([1, "", expect.stringContaining("mosaic admin create-breakglass")]);
  const away = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", MOSAIC_SECRET_KEY: secretKey };
  for (const command of ["create-breakglass", "reset-breakglass"]) {
    const outcome = await mosaic(["admin", command], away, "quite another sentence\n");
    expect([outcome.code, outcome.noted]).toEqual([1, expect.stringContaining("can't be reached")]);
    expect(outcome.noted).not.toMatch(/\n\s+at /);
  }
});

test("a rotation whose process is killed in the middle is finished by the next run", { timeout: 120_000 }, async () => {
  const app = await startTestApp({ env: { MOSAIC_SECRET_KEY: secretKey } });
  const folder = await mkdtemp(join(tmpdir(), "mosaic-rotation-"));
  try {
    const crypto = app.nest.get(CryptoService, { strict: false });
    const { userId } = await app.member("ann");
    const ids = Array.from({ length: 3000 }, () => randomUUIDv7());
    const sealed = ids.map((id) => crypto.seal(`sk-${id}`, keyContext({ id, ownerId: userId ?? "" })));
    await app.database.query(
      `INSERT INTO llm_providers (id, owner_id, kind, name, models, api_key_encrypted)
       SELECT id, $1, 'openai', id::text, '[]', sealed FROM unnest($2::uuid[], $3::text[]) AS row (id, sealed)`,
      [userId, ids, sealed],
    );
    const former = crypto.keyId;
    const left = async (): Promise<number> => {
      const sql = "SELECT count(*)::int FROM llm_providers WHERE api_key_encrypted LIKE $1";
      return (await app.database.query<{ count: number }>(sql, [`enc:${former}:%`]))[0]?.count ?? 0;
    };
    const newKeyFile = join(folder, "new-key");
    await writeFile(newKeyFile, `${randomBytes(48).toString("base64")}\n`);
    const words = ["rotate-key", "--new-key-file", newKeyFile];
    const child = spawn(process.execPath, [program, ...words], {
      env: { PATH: process.env["PATH"], ...at(app.database) },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    await expect.poll(left, { interval: 5, timeout: 60_000 }).toBeLessThan(3000);
    child.kill("SIGKILL");
    expect((await ended)[1]).toBe("SIGKILL");
    const between = await left();
    expect(between).toBeGreaterThan(0);
    // Mosaic still runs, and opens both kinds.
    const open = async (id: string): Promise<string> => {
      const sql = "SELECT api_key_encrypted AS value FROM llm_providers WHERE id = $1";
      const [row] = await app.database.query<{ value: string }>(sql, [id]);
      return crypto.open(row?.value ?? "", keyContext({ id, ownerId: userId ?? "" }));
    };
    for (const id of [ids.at(0) ?? "", ids.at(-1) ?? ""]) {
      expect(await open(id)).toBe(`sk-${id}`);
    }
    await expect.poll(async () => (await mosaic(words, at(app.database))).code, { timeout: 60_000 }).toBe(0);
    expect(await left()).toBe(0);
    expect(await open(ids.at(7) ?? "")).toBe(`sk-${ids.at(7)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await app.close();
  }
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
