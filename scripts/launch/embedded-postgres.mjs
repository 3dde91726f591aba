import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, Stopped } from "../lib/failure.mjs";
import { endOfFile } from "../lib/run-command.mjs";
import { choosePostgresUser, findPostgresBinaries, giveFolder } from "./postgres-binaries.mjs";
import { readPidFile, removeForeignPidFile, stopOrphan, waitWhileStopping } from "./postgres-pid-file.mjs";
import { freePort } from "./port.mjs";

const userName = "mosaic";
const databaseName = "mosaic";
const pollIntervalMs = 25;
const startTimeoutMs = 60_000;
const fastStopMs = 1_200;
const immediateStopMs = 500;
const startAttempts = 4;

/** Errors are logged without the values of rows and without statements: they may hold what people wrote. */
const durableSettings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_buffers: "64MB",
  max_connections: "100",
  log_error_verbosity: "terse",
  log_min_error_statement: "panic",
  log_timezone: "UTC",
  timezone: "UTC",
};

/** @typedef {{ url: string, port: number, isAttached: boolean, stop: () => Promise<void>, exited: Promise<void> }} EmbeddedPostgres */

/**
 * @typedef {object} EmbeddedPostgresOptions
 * @property {string} dataDir ours alone: holds the cluster (`data`) and its password
 * @property {string} logFile
 * @property {((line: string) => void) | undefined} [log]
 * @property {'attach' | 'replace' | undefined} [ifRunning] what to do about a server that runs on this folder already. A server
 *   that another process started ends with that process; who must be sure of it replaces it. Default: attach.
 * @property {Record<string, string> | undefined} [settings]
 * @property {number | undefined} [port] the one to take if it is free
 * @property {boolean | undefined} [isThrowAway] no care for the data if the machine crashes
 * @property {AbortSignal | undefined} [signal]
 */

/**
 * Starts a real Postgres server on 127.0.0.1 and a free port; makes its cluster first where there is none.
 * The kernel stops it when this process dies, however it dies.
 *
 * @param {EmbeddedPostgresOptions} options
 * @returns {Promise<EmbeddedPostgres>}
 */
export async function startEmbeddedPostgres(options) {
  const binaries = findPostgresBinaries();
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  mkdirSync(path.dirname(options.logFile), { recursive: true, mode: 0o700 });
  // Postgres itself shows its folder in this form, and it is compared with that.
  const dataDir = realpathSync(options.dataDir);
  const data = path.join(dataDir, "data");
  const running = await waitWhileStopping(data);
  if (running !== undefined && options.ifRunning !== "replace") return attachTo(running, dataDir);
  if (running !== undefined) await stopOrphan(running.pid, data);

  const server = {
    ...options,
    dataDir,
    data,
    binaries,
    user: choosePostgresUser(binaries, dataDir),
  };
  if (!existsSync(data)) await makeCluster(server);
  checkVersion(server);
  giveFolder(data, server.user.ownerId);
  removeForeignPidFile(data);
  const password = await readPassword(server);
  for (let attempt = 1; ; attempt += 1) {
    const started = await tryStart(server, password, attempt === 1 ? server.port : undefined);
    if (started !== undefined) return started;
    if (attempt === startAttempts) throw startFailure(server);
    // The port was taken in between, or processes of a killed server have not all gone yet.
    await sleep(250 * attempt, undefined, { signal: options.signal });
  }
}

/** @typedef {EmbeddedPostgresOptions & { data: string, binaries: import('./postgres-binaries.mjs').PostgresBinaries, user: import('./postgres-binaries.mjs').PostgresUser }} Server */

/**
 * @param {Server} server
 * @param {string} password
 * @param {number | undefined} wantedPort
 * @returns {Promise<EmbeddedPostgres | undefined>} undefined when it ended at once
 */
async function tryStart(server, password, wantedPort) {
  const port = wantedPort ?? (await freePort());
  const settings = {
    ...durableSettings,
    ...(server.isThrowAway ? throwAwaySettings : {}),
    ...server.settings,
    port: String(port),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawnLogged(server, [server.binaries.postgres, "-D", server.data, ...args]);
  const ended = endOf(child);
  const stop = () => stopServer(child, ended);
  const deadline = Date.now() + startTimeoutMs;
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    if (server.signal?.aborted) {
      await stop();
      throw new Stopped();
    }
    const file = readPidFile(server.data);
    if (file?.pid === child.pid && file?.status === "ready") {
      return {
        url: urlFor(port, password),
        port,
        isAttached: false,
        stop,
        exited: ended.then(() => undefined),
      };
    }
    if (Date.now() > deadline) {
      await stop();
      throw startFailure(server);
    }
    await sleep(pollIntervalMs);
  }
  return undefined;
}

/** @param {Server} server */
function startFailure(server) {
  return new Failure(
    `The embedded Postgres did not start; its log is ${server.logFile}. Look there, or set DATABASE_URL to a Postgres of yours.`,
    {
      details: endOfFile(server.logFile, 15),
    },
  );
}

/**
 * The cluster is made beside its place and moved there when complete: an interrupted first start leaves
 * no half of a cluster that would later be taken for the database.
 *
 * @param {Server} server
 */
async function makeCluster(server) {
  const draft = path.join(server.dataDir, "data.new");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  giveFolder(draft, server.user.ownerId);
  const passwordFile = writePassword(server.dataDir);
  // The built-in collation does not change with the system's libraries, so no index ever has to be rebuilt for it.
  const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const access = ["--auth=scram-sha-256", `--username=${userName}`, `--pwfile=${passwordFile}`];
  const speed = server.isThrowAway ? ["--no-sync"] : [];
  await runToEnd(server, [server.binaries.initdb, "-D", draft, ...locale, ...access, ...speed], "");
  await runSingleUser(server, draft, `CREATE DATABASE ${databaseName};`);
  renameSync(draft, server.data);
}

/** @param {Server} server */
function checkVersion(server) {
  const major = readFileSync(path.join(server.data, "PG_VERSION"), "utf8").trim();
  if (major === server.binaries.major) return;
  throw new Failure(
    `The database in ${server.data} was made by Postgres ${major}, and this version of Mosaic brings Postgres ${server.binaries.major}. Go back to the version of Mosaic that made it, dump the database there and restore it here.`,
  );
}

/**
 * @param {Server} server
 * @returns {Promise<string>}
 */
async function readPassword(server) {
  const file = path.join(server.dataDir, "password");
  if (!existsSync(file)) {
    // It protects nothing but this server on this machine, so a lost one is simply replaced.
    const password = readFileSync(writePassword(server.dataDir), "utf8").trim();
    await runSingleUser(server, server.data, `ALTER ROLE ${userName} PASSWORD '${password}';`);
  }
  return readFileSync(file, "utf8").trim();
}

/**
 * @param {string} dataDir
 * @returns {string} the file's path
 */
function writePassword(dataDir) {
  const file = path.join(dataDir, "password");
  writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}

/**
 * @param {Server} server
 * @param {string} data
 * @param {string} statement
 */
async function runSingleUser(server, data, statement) {
  // "-F": no fsync; the start that follows writes a checkpoint of its own.
  await runToEnd(server, [server.binaries.postgres, "--single", "-F", "-D", data, "postgres"], `${statement}\n`);
}

/**
 * @param {Server} server
 * @param {readonly string[]} command
 * @param {string} input
 */
async function runToEnd(server, command, input) {
  if (server.signal?.aborted) throw new Stopped();
  const child = spawnLogged(server, command, "pipe");
  const stop = () => child.kill("SIGKILL");
  server.signal?.addEventListener("abort", stop, { once: true });
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  const code = await endOf(child);
  server.signal?.removeEventListener("abort", stop);
  if (server.signal?.aborted) throw new Stopped();
  if (code !== 0) throw startFailure(server);
}

/**
 * @param {Server} server
 * @param {readonly string[]} command
 * @param {'ignore' | 'pipe'} [stdin]
 */
function spawnLogged(server, command, stdin = "ignore") {
  const [program, ...args] = server.user.wrap(command);
  if (program === undefined) throw new Error("an empty command");
  // The log is the server's own file, not our pipe: it can write there after we are gone.
  const output = openSync(server.logFile, "a", 0o600);
  try {
    // A session of its own: Ctrl-C in the terminal must not stop it before the API.
    return spawn(program, args, {
      detached: true,
      stdio: [stdin, output, output],
      env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
    });
  } finally {
    closeSync(output);
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function endOf(child) {
  return new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<unknown>} ended
 */
async function stopServer(child, ended) {
  // INT: disconnect everybody and write a checkpoint. QUIT: end now, recover at the next start.
  for (const [signal, waitMs] of /** @type {const} */ ([
    ["SIGINT", fastStopMs],
    ["SIGQUIT", immediateStopMs],
    ["SIGKILL", immediateStopMs],
  ])) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const waiting = new AbortController();
    await Promise.race([ended, sleep(waitMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
    waiting.abort();
  }
}

/**
 * @param {import('./postgres-pid-file.mjs').PidFile} running
 * @param {string} dataDir
 * @returns {EmbeddedPostgres}
 */
function attachTo(running, dataDir) {
  const password = readFileSync(path.join(dataDir, "password"), "utf8").trim();
  return {
    url: urlFor(running.port, password),
    port: running.port,
    isAttached: true,
    stop: async () => undefined,
    exited: new Promise(() => undefined),
  };
}

/**
 * @param {number} port
 * @param {string} password
 */
function urlFor(port, password) {
  return `postgresql://${userName}:${password}@127.0.0.1:${port}/${databaseName}`;
}

const throwAwaySettings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
  shared_buffers: "128MB",
};
