import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openclawLaunch } from "@mosaic/agent-backends/openclaw-launch";
import { repair } from "../src/repairs.js";

const [endOpenTurns] = openclawLaunch.repairs as [(typeof openclawLaunch.repairs)[number]];
let stateDir: string;
const endInterruptedTurns = async (now?: number): Promise<number> => repair(stateDir, endOpenTurns, now);
const path = (): string => join(stateDir, "agents/main/agent/openclaw-agent.sqlite");

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "mosaic-turns-"));
  await mkdir(dirname(path()), { recursive: true });
});
afterEach(async () => rm(stateDir, { recursive: true, force: true }));

interface Session {
  readonly key: string;
  readonly status: string;
  readonly entry?: object;
}

/** The part of OpenClaw's tables that is touched; the real ones are tested with the real OpenClaw, in packages/runtime. */
function fill(sessions: readonly Session[]): void {
  const database = new DatabaseSync(path());
  database.exec(`
    CREATE TABLE session_nodes (session_key TEXT PRIMARY KEY, current_session_id TEXT, entry_json TEXT, status TEXT) STRICT;
    CREATE TABLE session_windows (session_id TEXT PRIMARY KEY, status TEXT, ended_at INTEGER) STRICT;`);
  for (const { key, status, entry } of sessions) {
    const text = JSON.stringify({ sessionId: `id of ${key}`, status, ...entry });
    database.prepare("INSERT INTO session_nodes VALUES (?, ?, ?, ?)").run(key, `id of ${key}`, text, status);
    database.prepare("INSERT INTO session_windows VALUES (?, ?, NULL)").run(`id of ${key}`, status);
  }
  database.close();
}

function read(key: string): { status: unknown; entry: Record<string, unknown>; window: unknown } {
  const database = new DatabaseSync(path());
  const row = database.prepare("SELECT status, entry_json FROM session_nodes WHERE session_key = ?").get(key);
  const window = database.prepare("SELECT status FROM session_windows WHERE session_id = ?").get(`id of ${key}`);
  database.close();
  return { status: row?.["status"], entry: JSON.parse(String(row?.["entry_json"])) as Record<string, unknown>, window: window?.["status"] };
}

test("a turn that a dead gateway left running is ended, with all that would make OpenClaw take it up again", async () => {
  fill([
    {
      key: "agent:main:conv-1",
      status: "running",
      entry: {
        activeWriterRunId: "r",
        abortedLastRun: true,
        mainRestartRecovery: { cycleId: "c" },
        restartRecoveryRuns: [{ runId: "r" }],
        model: "m",
      },
    },
  ]);
  expect(await endInterruptedTurns(1_000)).toBe(1);
  const { status, entry, window } = read("agent:main:conv-1");
  expect([status, window]).toEqual(["failed", "failed"]);
  expect(entry).toEqual({ sessionId: "id of agent:main:conv-1", status: "failed", abortedLastRun: false, endedAt: 1_000, model: "m" });
  expect(await endInterruptedTurns()).toBe(0);
});

test("a conversation that OpenClaw closed after it had died too often is opened again", async () => {
  fill([{ key: "agent:main:conv-1", status: "failed", entry: { mainRestartRecovery: { tombstone: { reason: "budget" } } } }]);
  expect(await endInterruptedTurns()).toBe(1);
  expect(read("agent:main:conv-1").entry).not.toHaveProperty("mainRestartRecovery");
});

test("what ended by itself, and what is not Mosaic's, stays as it is", async () => {
  fill([
    { key: "agent:main:conv-1", status: "done" },
    { key: "agent:main:subagent:7", status: "running", entry: { activeWriterRunId: "r" } },
  ]);
  expect(await endInterruptedTurns()).toBe(0);
  expect(read("agent:main:subagent:7").entry).toMatchObject({ status: "running", activeWriterRunId: "r" });
});

test("a state without the database, or with another software's, is no fault", async () => {
  expect(await endInterruptedTurns()).toBe(0);
  new DatabaseSync(path()).close();
  expect(await endInterruptedTurns()).toBe(0);
  expect(await repair(join(stateDir, "nowhere"), endOpenTurns)).toBe(0);
});
