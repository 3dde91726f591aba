import type { Launch } from "@mosaic/contracts/agent-config";

/** Of Mosaic's conversations. What else OpenClaw runs by itself, it also clears up by itself. */
const interrupted = `session_key LIKE 'agent:main:conv-%'
  AND (status = 'running' OR json_extract(entry_json, '$.mainRestartRecovery') IS NOT NULL)`;

/**
 * Ends the turns that nobody runs any more. OpenClaw would take each of them up again right after its start, unasked and on the person's
 * account; whoever writes in that conversation meanwhile gets an "internal error", and after three deaths the conversation is closed for ever.
 * To the person the turn has ended already: its text is kept, and they say themselves how to go on.
 */
const endInterruptedTurns: Launch["repairs"][number] = {
  name: "interrupted-turns",
  database: "agents/main/agent/openclaw-agent.sqlite",
  tables: ["session_nodes", "session_windows"],
  statements: [
    `UPDATE session_windows SET status = 'failed', ended_at = :now
      WHERE status = 'running' AND session_id IN (SELECT current_session_id FROM session_nodes WHERE ${interrupted})`,
    `UPDATE session_nodes SET status = 'failed', entry_json = json_set(
        json_remove(entry_json, '$.activeWriterRunId', '$.lifecycleRunId', '$.restartRecoveryRuns', '$.mainRestartRecovery',
          '$.restartRecoveryDeliveryRunId'),
        '$.status', 'failed', '$.abortedLastRun', json('false'), '$.endedAt', coalesce(json_extract(entry_json, '$.endedAt'), :now))
      WHERE ${interrupted}`,
  ],
};

/** The lines of OpenClaw 2026.9.6 that say why a turn failed. The last of one turn tells most; the conversation itself is in none of them. */
const turnFaultLines = [
  ["embedded run agent end: ", "isError=true"],
  ["embedded run failover decision: ", "rawError="],
  ["reasoning-only retries exhausted: "],
  ["empty response retries exhausted: "],
  ["incomplete turn detected: "],
];

/** OpenClaw's WebSocket lets in who does not come from the loopback, but allows them nothing until somebody approves them by hand (measured). */
export const relayed: Launch["relay"] = { args: ["--bind", "loopback"] };

/** How OpenClaw is run. `docker/openclaw/launch.json` is made of it, for the image (node scripts/generate.mjs). */
export const openclawLaunch: Launch = {
  command: "{node}",
  args: ["{software}/node_modules/openclaw/openclaw.mjs", "gateway", "run", "--port", "{port}"],
  env: {
    OPENCLAW_CONFIG_PATH: "{run}/openclaw.json",
    OPENCLAW_STATE_DIR: "{state}",
    // Without it OpenClaw starts itself again, with a compile cache of its own choice.
    OPENCLAW_PACKAGED_COMPILE_CACHE_RESPAWNED: "1",
    OPENCLAW_NO_RESPAWN: "1",
    OPENCLAW_DISABLE_BONJOUR: "1",
    OPENCLAW_NO_AUTO_UPDATE: "1",
    OPENCLAW_OFFLINE: "1",
    OPENCLAW_SKIP_CHANNELS: "1",
  },
  secretEnv: [],
  relay: null,
  configFile: "openclaw.json",
  liveFiles: [],
  readiness: { path: "/readyz", port: null },
  reload: {
    lines: ["config hot reload applied", "config change applied", "config reload skipped", "config change requires gateway restart"],
    refusals: ["config reload skipped"],
    patienceMs: 2_500,
  },
  memoryFile: "agents/main/agent/openclaw-agent.sqlite",
  log: {
    turnFault: {
      lines: turnFaultLines,
      idAfter: "runId=",
      idStart: "",
      tellFrom: ["embedded run", "reasoning-only", "empty response", "incomplete turn"],
    },
    // Of a machine too busy for OpenClaw's own fixed 5 s. It comes before the last line, which only advises, and Mosaic starts again on it.
    tooBusy: {
      lines: ["state lease heartbeat did not become ready", "startup migrations did not complete cleanly"],
      exitCodes: [1, 78],
    },
  },
  repairs: [endInterruptedTurns],
  warmUp: {
    path: "/v1/chat/completions",
    headers: { authorization: "Bearer {gatewayToken}", "content-type": "application/json", "x-openclaw-model": "{model}" },
    body: JSON.stringify({ model: "openclaw/main", stream: true, messages: [{ role: "user", content: "Say ok." }] }),
    // A stream that fails says so inside an answer of 200.
    failure: 'data: {"error"',
  },
};
