// What a gateway that died in the middle of a turn leaves behind in OpenClaw's own database.
import { existsSync } from "node:fs";
import { join } from "node:path";

const DATABASE = "agents/main/agent/openclaw-agent.sqlite";
// Mosaic's conversations. What else OpenClaw runs by itself, it also clears up by itself.
const SESSION_PATTERN = "agent:main:conv-%";
const BUSY_MS = 5_000;
const MARKS = ["activeWriterRunId", "lifecycleRunId", "restartRecoveryRuns", "mainRestartRecovery", "restartRecoveryDeliveryRunId"];

/**
 * Ends the turns that nobody runs any more, before the gateway starts. OpenClaw would take each of them up again right after its start, unasked
 * and on the person's account; whoever writes in that conversation meanwhile gets an "internal error", and after three deaths the conversation is
 * closed for ever. To the person the turn has ended already: its text is kept, and they say themselves how to go on. Tells how many it ended.
 * Must only be called while no gateway runs on this state.
 */
export async function endInterruptedTurns(stateDir, now = Date.now()) {
  const path = join(stateDir, DATABASE);
  if (!existsSync(path)) return 0;
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    if (!hasTables(database)) return 0;
    database.exec("BEGIN IMMEDIATE");
    try {
      const ended = endAll(database, now);
      database.exec("COMMIT");
      return ended;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  } finally {
    database.close();
  }
}

function endAll(database, now) {
  const interrupted = database
    .prepare(
      `SELECT session_key, current_session_id, entry_json FROM session_nodes
       WHERE session_key LIKE ? AND (status = 'running' OR json_extract(entry_json, '$.mainRestartRecovery') IS NOT NULL)`,
    )
    .all(SESSION_PATTERN);
  const endNode = database.prepare("UPDATE session_nodes SET status = 'failed', entry_json = ? WHERE session_key = ?");
  const endWindow = database.prepare(
    "UPDATE session_windows SET status = 'failed', ended_at = ? WHERE session_id = ? AND status = 'running'",
  );
  for (const { session_key: key, current_session_id: sessionId, entry_json: text } of interrupted) {
    const entry = JSON.parse(text);
    for (const mark of MARKS) delete entry[mark];
    endNode.run(JSON.stringify({ ...entry, status: "failed", abortedLastRun: false, endedAt: entry.endedAt ?? now }), key);
    endWindow.run(now, sessionId);
  }
  return interrupted.length;
}

function hasTables(database) {
  const names = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('session_nodes', 'session_windows')")
    .all();
  return names.length === 2;
}

// Node says that its SQLite is experimental; the supervisor prints nothing but its own lines.
async function loadSqlite() {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return await import("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
