import path from "node:path";
import { Failure, Stopped, exitCodes, messageOf } from "../lib/failure.mjs";
import { build, installPackages } from "../lib/prepare.mjs";
import { findPackageManagerAncestor, startTimeOf } from "../lib/processes.mjs";
import { Progress, seconds } from "../lib/progress.mjs";
import { ensureToolchain, toolchainEnv } from "../lib/toolchain.mjs";
import { startApi, waitUntilHealthy } from "./api-process.mjs";
import { startEmbeddedPostgres } from "./embedded-postgres.mjs";
import { KeptRunning } from "./keep-running.mjs";
import { followLog } from "./log-tail.mjs";
import { requireFreePort } from "./port.mjs";
import { takeRunLock } from "./run-lock.mjs";
import { localUrl, readSettings, withDotEnv } from "./settings.mjs";
import { ensureSecretKey, prepareStateDir, rotateLog, stateFiles } from "./state.mjs";

const ancestorPollMs = 500;
const orphanPatienceMs = 5_000;

/**
 * @typedef {object} LaunchOptions
 * @property {string} root the clone
 * @property {NodeJS.ProcessEnv} env
 * @property {string} [apiEntry] the API's program; the clone's own unless said otherwise
 * @property {readonly number[]} [restartDelaysMs] how long to wait before what ended by itself is started again, each time
 * @property {boolean} [isPrepared] true: there is nothing to fetch, install or build
 */

/** @typedef {{ signal: AbortSignal, progress: Progress, onStop: (stop: () => Promise<void> | void, kill?: () => void) => void }} Running */

/**
 * Runs Mosaic until it is told to stop.
 *
 * @param {LaunchOptions} options
 * @returns {Promise<number>} the exit code
 */
export async function launch(options) {
  // Who reads our lines may go away, and a file that takes them may be full: neither is a reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const progress = new Progress();
  const stopping = new AbortController();
  /** @type {{ stop: () => Promise<void> | void, kill: () => void }[]} */
  const running = [];
  const unwatch = watchForStop(stopping, () => running.forEach(({ kill }) => kill()));
  /** @type {Running} */
  const context = {
    signal: stopping.signal,
    progress,
    onStop: (stop, kill = () => undefined) => running.unshift({ stop, kill }),
  };
  try {
    return await runMosaic(options, context);
  } catch (error) {
    if (error instanceof Stopped || stopping.signal.aborted) return 0;
    return showFailure(error, progress);
  } finally {
    const startedAt = Date.now();
    for (const { stop } of running) await stop();
    if (stopping.signal.aborted) progress.line(`Mosaic has stopped (${seconds(startedAt)}).`);
    unwatch();
  }
}

/**
 * @param {LaunchOptions} options
 * @param {Running} context
 * @returns {Promise<number>}
 */
async function runMosaic(options, context) {
  const startedAt = Date.now();
  const { signal, progress } = context;
  const env = withDotEnv(options.root, options.env);
  const settings = readSettings(options.root, env);
  const files = stateFiles(settings.stateDir);
  const { lock, secretKey } = await claimClone(settings, context);
  const toolchain = await prepare(options, env, files, context);
  const database = settings.databaseUrl === undefined ? await startDatabase(files, context) : undefined;
  const logFile = path.join(files.logs, "mosaic.log");
  rotateLog(logFile);
  // Begun first, so that it is stopped last: the API may still say something worth showing when it ends.
  const warnings = followLog(logFile, (line) => progress.line(line));
  context.onStop(warnings.stop);
  const start = (/** @type {string | undefined} */ databaseUrl) =>
    startApi({
      node: toolchain.node,
      entry: options.apiEntry ?? path.join(options.root, "apps/api/dist/main.js"),
      cwd: options.root,
      logFile,
      env: apiEnv(toolchainEnv(toolchain, env), { ...settings, secretKey, databaseUrl: settings.databaseUrl ?? databaseUrl }),
    });
  const api = start(database?.url);
  const { stateDir } = settings;
  const again = (/** @type {number} */ port) => startEmbeddedPostgres({ ...postgresOptions(files, signal), port });
  const logs = { apiLog: logFile, databaseLog: files.postgresLog };
  const kept = new KeptRunning(
    { startApi: start, startDatabase: again, database, api, stateDir, ...logs },
    { signal, progress, delaysMs: options.restartDelaysMs },
  );
  context.onStop(() => kept.stopDatabase());
  context.onStop(
    () => kept.stopApi(),
    () => kept.killApi(),
  );

  const ready = await abortable(
    progress.step("Starting Mosaic", () => api.ready, { quietBelowMs: 3_000 }),
    signal,
  );
  if (!(await waitUntilHealthy(localUrl(settings), signal))) {
    progress.line(`warning: Mosaic runs, but ${localUrl(settings)}/api/health does not say that it is well. Its log is ${logFile}.`);
  }
  lock.markReady(ready.url);
  progress.line("");
  progress.line(`Mosaic is ready (${seconds(startedAt)}). Open ${ready.setupUrl ?? ready.url}`);
  progress.line(`Ctrl-C stops it. Log: ${path.relative(process.cwd(), logFile)}`);

  return kept.run();
}

/**
 * Everything that can refuse at once, before anything slow.
 *
 * @param {import("./settings.mjs").Settings} settings
 * @param {Running} context
 */
async function claimClone(settings, { progress, onStop }) {
  prepareStateDir(settings.stateDir);
  const lock = takeRunLock(stateFiles(settings.stateDir).runFile, localUrl(settings));
  onStop(lock.release);
  // The API of a launcher that was killed ends by itself, but not at once.
  const patience = { patienceMs: lock.isTakenOver ? orphanPatienceMs : 0 };
  await requireFreePort({ host: settings.host, port: settings.port, name: "PORT" }, patience);
  await requireFreePort({ host: "127.0.0.1", port: settings.internalPort, name: "MOSAIC_INTERNAL_PORT" }, patience);
  const key = ensureSecretKey({ ...settings, usesEmbeddedPostgres: settings.databaseUrl === undefined });
  if (key.isNew) {
    progress.line(
      `A secret key was made: ${key.file}. Back it up: it alone decrypts the keys and tokens in the database, and nothing can replace it.`,
    );
  }
  return { lock, secretKey: key.secretKey };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {import("./settings.mjs").Settings} settings
 * @returns {NodeJS.ProcessEnv}
 */
function apiEnv(env, settings) {
  return {
    ...env,
    NODE_ENV: env["NODE_ENV"] ?? "production",
    DATABASE_URL: settings.databaseUrl,
    MOSAIC_SECRET_KEY: settings.secretKey,
    MOSAIC_STATE_DIR: settings.stateDir,
    HOST: settings.host,
    PORT: String(settings.port),
    MOSAIC_INTERNAL_PORT: String(settings.internalPort),
    // Half of them look names up, and a look-up whose name servers are silent holds one for half a minute.
    UV_THREADPOOL_SIZE: env["UV_THREADPOOL_SIZE"] ?? "16",
  };
}

/**
 * @param {LaunchOptions} options
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof stateFiles>} files
 * @param {Running} context
 * @returns {Promise<import('../lib/toolchain.mjs').Toolchain>}
 */
async function prepare({ root, isPrepared = false }, env, files, { signal, progress }) {
  if (isPrepared) return { node: process.execPath, pnpm: "pnpm", isOwn: false };
  const common = { root, logsDir: files.logs, progress, signal };
  const toolchain = await ensureToolchain({ ...common, env });
  const steps = { ...common, toolchain, env: buildEnv(toolchainEnv(toolchain, env)) };
  await installPackages(steps);
  await build({ ...steps, stampFile: files.buildStamp });
  return toolchain;
}

/**
 * An installation with NODE_ENV=production would leave the compilers out, and no build needs a secret.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function buildEnv(env) {
  const { NODE_ENV: _mode, DATABASE_URL: _url, MOSAIC_SECRET_KEY: _key, ...rest } = env;
  return rest;
}

/**
 * @param {ReturnType<typeof stateFiles>} files
 * @param {Running} context
 * @returns {Promise<import('./embedded-postgres.mjs').EmbeddedPostgres>}
 */
async function startDatabase(files, { signal, progress, onStop }) {
  rotateLog(files.postgresLog);
  // The lock says that no other launcher is alive: what runs on our folder was left behind, and would be again.
  const start = () => startEmbeddedPostgres(postgresOptions(files, signal));
  const postgres = await progress.step("Starting the database", start, { quietBelowMs: 1_500 });
  onStop(postgres.stop);
  return postgres;
}

/**
 * @param {ReturnType<typeof stateFiles>} files
 * @param {AbortSignal} signal
 * @returns {import('./embedded-postgres.mjs').EmbeddedPostgresOptions}
 */
function postgresOptions(files, signal) {
  return { dataDir: files.postgres, logFile: files.postgresLog, ifRunning: "replace", signal };
}

/**
 * @param {AbortController} stopping
 * @param {() => void} killAll
 * @returns {() => void} undoes it
 */
function watchForStop(stopping, killAll) {
  let firstAt = 0;
  const onSignal = () => {
    if (!stopping.signal.aborted) {
      firstAt = Date.now();
      stopping.abort();
      return;
    }
    // A terminal's Ctrl-C arrives twice, from the terminal and from npm: that is no second wish.
    if (Date.now() - firstAt > 500) killAll();
  };
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const signal of signals) process.on(signal, onSignal);

  // A killed npm passes no signal on. Without this, Mosaic would go on with nobody to stop it.
  const npm = process.env["npm_lifecycle_event"] === "start" ? findPackageManagerAncestor() : undefined;
  const timer = setInterval(() => {
    if (npm !== undefined && startTimeOf(npm.pid) !== npm.startTime) stopping.abort();
  }, ancestorPollMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
function abortable(promise, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Stopped());
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * @param {unknown} error
 * @param {Progress} progress
 * @returns {number} the exit code
 */
function showFailure(error, progress) {
  const isExpected = error instanceof Failure;
  if (isExpected && error.details !== "") progress.line(error.details.replaceAll(/^/gm, "  | "));
  progress.line(`\nError: ${messageOf(error)}`);
  if (!isExpected && error instanceof Error) progress.line(error.stack ?? "");
  return isExpected ? error.exitCode : exitCodes.failed;
}
