// The OpenClaw gateway as a child process.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { turnFaultIn } from "./turn-faults.mjs";

const READY_POLL_MS = 50;
// Mosaic judges a start by its progress, and ends it. This limit is for a Mosaic that never does.
const READY_LIMIT_MS = 3_600_000;
const KILL_AFTER_MS = 8_000;
const RELOAD_LIMIT_MS = 2_500;
const MAX_LINE_LENGTH = 2_000;
// What OpenClaw says when a machine is too busy for its own fixed 5 s. It comes before the last line, which only advises, and Mosaic starts again on it.
const TOO_BUSY_LINE = /state lease heartbeat did not become ready|startup migrations did not complete cleanly/;
const RELOAD_LINE = /config (?:hot reload applied|change applied|reload skipped|change requires gateway restart)/;

// What a gateway may see of the supervisor's environment. In the process runtime that is the machine's.
const INHERITED = new Set(["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CACHE_HOME", "MALLOC_ARENA_MAX"]);
const INHERITED_PREFIXES = [
  "NODE_",
  "OPENCLAW_",
  "SSL_CERT_",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

const SETPRIV = "/usr/bin/setpriv";

/**
 * Starts the gateway in the supervisor's own process group, so that whoever kills the group with SIGKILL leaves no gateway behind. In the
 * process runtime the kernel also ends it when the supervisor dies, where setpriv is there to ask for that.
 */
export function startGateway(settings, env) {
  const script = join(settings.openclawDir, "node_modules/openclaw/openclaw.mjs");
  const command = [process.execPath, script, "gateway", "run", "--port", String(settings.port)];
  if (settings.exitsWithParent && existsSync(SETPRIV)) command.unshift(SETPRIV, "--pdeathsig", "KILL");
  const child = spawn(command[0], command.slice(1), {
    cwd: settings.stateDir,
    env: gatewayEnv(settings, env),
    stdio: ["ignore", "pipe", "pipe"],
  });

  const seen = watchOutput(child);
  process.once("exit", () => child.kill("SIGKILL"));
  const lastWord = (code, signal) =>
    ((code === 78 || code === 1) && seen.tooBusy) || seen.lastError || (signal ? `ended by ${signal}` : "");
  const exited = new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 127, reason: `the gateway can't be run: ${error.message}` }));
    child.once("close", (code, signal) =>
      resolve({ code: code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0), signal, reason: lastWord(code, signal) }),
    );
  });

  return {
    /** Resolves once, with the code and the line that tells most: the last one on standard error, but for a machine that is too busy. */
    exited,

    /** Calls `listener` with what the gateway's log says of each turn that failed. */
    tellTurnFaults(listener) {
      seen.onTurnFault = listener;
    },

    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
      const result = await exited;
      clearTimeout(timer);
      return result;
    },

    /** Whether the gateway took over a changed configuration: as soon as it says so, or `true` after the time that it takes at most. */
    confirmReload() {
      return new Promise((resolve) => {
        const settle = (isAccepted) => {
          clearTimeout(timer);
          if (seen.onReload === settle) seen.onReload = null;
          resolve(isAccepted);
        };
        const timer = setTimeout(() => settle(true), RELOAD_LIMIT_MS);
        seen.onReload = settle;
      });
    },
  };
}

/** Both outputs copy the conversation. They are read so that the gateway never blocks, and kept nowhere but for a line. */
function watchOutput(child) {
  const seen = { lastError: "", tooBusy: "", onReload: null, onTurnFault: null };
  const readLine = (line) => {
    const fault = seen.onTurnFault === null ? null : turnFaultIn(line);
    if (fault !== null) seen.onTurnFault(fault);
    seen.tooBusy ||= TOO_BUSY_LINE.test(line) ? line.slice(line.search(TOO_BUSY_LINE)) : "";
    if (seen.onReload && RELOAD_LINE.test(line)) seen.onReload(!line.includes("reload skipped"));
  };
  eachLine(child.stdout, readLine);
  eachLine(child.stderr, (line) => {
    readLine(line);
    if (/\S/.test(line) && !/^\s+at /.test(line)) seen.lastError = line.trim();
  });
  return seen;
}

/** Waits for `/readyz`. Tells `false` if that takes longer than an hour. */
export async function waitUntilReady(port, signal) {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    if (await isReady(port, signal)) return true;
    await sleep(READY_POLL_MS, undefined, { signal });
  }
  return false;
}

function isReady(port, signal) {
  return new Promise((resolve) => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(2_000)]);
    const call = http.get({ host: "127.0.0.1", port, path: "/readyz", agent: false, signal: bounded }, (response) => {
      response.resume();
      response.on("close", () => resolve(response.statusCode === 200));
    });
    call.on("error", () => resolve(false));
  });
}

function gatewayEnv(settings, env) {
  const inherited = Object.entries(env).filter(
    ([name]) => INHERITED.has(name) || INHERITED_PREFIXES.some((prefix) => name.startsWith(prefix)),
  );
  return {
    MALLOC_ARENA_MAX: "2",
    NODE_OPTIONS: "--max-semi-space-size=8",
    NODE_COMPILE_CACHE: join(settings.openclawDir, ".compile-cache"),
    XDG_CACHE_HOME: join(settings.runDir, "cache"),
    ...Object.fromEntries(inherited),
    ...trustedCertificates(settings),
    OPENCLAW_CONFIG_PATH: join(settings.runDir, "openclaw.json"),
    OPENCLAW_STATE_DIR: settings.stateDir,
    OPENCLAW_PACKAGED_COMPILE_CACHE_RESPAWNED: "1",
    OPENCLAW_NO_RESPAWN: "1",
    OPENCLAW_DISABLE_BONJOUR: "1",
    OPENCLAW_NO_AUTO_UPDATE: "1",
    OPENCLAW_OFFLINE: "1",
    OPENCLAW_SKIP_CHANNELS: "1",
  };
}

/** Authorities that Mosaic's operator trusts. They come with the bundle, and Node reads them only at its start. */
function trustedCertificates({ runDir }) {
  const file = join(runDir, "ca-certificates.pem");
  return existsSync(file) ? { NODE_EXTRA_CA_CERTS: file } : {};
}

const SIGNAL_NUMBERS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

function eachLine(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop().slice(-MAX_LINE_LENGTH);
    for (const line of lines) onLine(line.slice(0, MAX_LINE_LENGTH));
  });
  stream.on("end", () => rest && onLine(rest));
}
