import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "./failure.mjs";
import { findProgram } from "./processes.mjs";
import { run } from "./run-command.mjs";

const neededNodeMajor = 24;

/**
 * @typedef {object} Toolchain
 * @property {string} node
 * @property {string} pnpm
 * @property {boolean} isOwn true: from toolchain/; false: the person's own programs
 */

/**
 * Gets Node 24 and pnpm as npm packages: any Node and npm can fetch them, and neither corepack nor a
 * version manager has a say.
 *
 * @param {{ root: string, logsDir: string, env: NodeJS.ProcessEnv, progress: import('./progress.mjs').Progress, signal?: AbortSignal | undefined }} options
 * @returns {Promise<Toolchain>}
 */
export async function ensureToolchain(options) {
  const folder = path.join(options.root, "toolchain");
  const lock = readFileSync(path.join(folder, "package-lock.json"), "utf8");
  const names = packageNames(lock);
  if (names === undefined) return ownPrograms(lock, options);

  const modules = path.join(folder, "node_modules");
  const toolchain = {
    node: path.join(modules, names.node, "bin/node"),
    pnpm: path.join(modules, names.pnpm, "pnpm"),
    isOwn: true,
  };
  const stampFile = path.join(modules, ".mosaic-stamp");
  const stamp = createHash("sha256").update(`${process.platform}-${process.arch}\n${lock}`).digest("hex");
  if (existsSync(toolchain.node) && existsSync(toolchain.pnpm)) {
    if (readIfThere(stampFile) === stamp) return toolchain;
    if (isWorking(toolchain, lock, names)) {
      writeFileSync(stampFile, stamp);
      return toolchain;
    }
  }
  await options.progress.step("Fetching Node 24 and pnpm", () =>
    run([...npmCommand(options.env), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: folder,
      env: options.env,
      logFile: path.join(options.logsDir, "toolchain.log"),
      signal: options.signal,
      onFailure:
        "Node 24 and pnpm could not be fetched with npm: check that this machine reaches its package registry, then run the command again.",
    }),
  );
  if (!isWorking(toolchain, lock, names)) return ownPrograms(lock, options);
  writeFileSync(stampFile, stamp);
  return toolchain;
}

/**
 * The environment for everything that runs under the toolchain: its programs first on PATH, and nothing
 * of the npm that started us, which would tell tools the wrong Node and the wrong package.
 *
 * @param {Toolchain} toolchain
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function toolchainEnv(toolchain, env) {
  /** @type {NodeJS.ProcessEnv} */
  const result = {};
  for (const [key, value] of Object.entries(env)) {
    if (/^npm_(package|lifecycle|command|execpath|node_execpath)/.test(key)) continue;
    if (key === "NODE" || key === "INIT_CWD") continue;
    result[key] = value;
  }
  const folders = [path.dirname(toolchain.node), path.dirname(toolchain.pnpm), env["PATH"] ?? ""];
  result["PATH"] = [...new Set(folders)].join(path.delimiter);
  // A `packageManager` pin must not send pnpm to fetch another pnpm.
  result["pnpm_config_pm_on_fail"] = "ignore";
  result["COREPACK_ENABLE_STRICT"] = "0";
  for (const name of ["TURBO_TELEMETRY_DISABLED", "NEXT_TELEMETRY_DISABLED", "DO_NOT_TRACK"]) result[name] = "1";
  return result;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function npmCommand(env) {
  const started = env["npm_execpath"];
  if (started !== undefined && path.basename(started) === "npm-cli.js") return [process.execPath, started];
  const npm = findProgram("npm", env["PATH"]);
  if (npm === undefined) throw new Failure("npm was not found: install Node 20 or newer together with npm, then run the command again.");
  return [npm];
}

/**
 * @param {string} lock
 * @returns {{ node: string, pnpm: string } | undefined} undefined when the lock has no packages for this platform
 */
function packageNames(lock) {
  const suffix = `${process.platform}-${process.arch}`;
  const names = { node: `node-${suffix}`, pnpm: `@pnpm/exe.${suffix}` };
  return lockedVersion(lock, names.node) && lockedVersion(lock, names.pnpm) ? names : undefined;
}

/**
 * @param {string} lock
 * @param {string} name
 * @returns {string | undefined}
 */
function lockedVersion(lock, name) {
  return JSON.parse(lock).packages?.[`node_modules/${name}`]?.version;
}

/**
 * @param {Toolchain} toolchain
 * @param {string} lock
 * @param {{ node: string, pnpm: string }} names
 * @returns {boolean} whether both programs run here and are of the locked version
 */
function isWorking(toolchain, lock, names) {
  return (
    versionOf(toolchain.node) === `v${lockedVersion(lock, names.node)}` && versionOf(toolchain.pnpm) === lockedVersion(lock, names.pnpm)
  );
}

/**
 * @param {string} lock
 * @param {{ env: NodeJS.ProcessEnv, progress: import('./progress.mjs').Progress }} options
 * @returns {Toolchain}
 */
function ownPrograms(lock, options) {
  const place = `${process.platform}-${process.arch}`;
  const pnpmVersion = lockedVersion(lock, "@pnpm/exe.linux-x64") ?? "12";
  if (Number(process.versions.node.split(".")[0]) < neededNodeMajor) {
    throw new Failure(
      `There is no ready-made Node ${neededNodeMajor} for ${place}, and this is Node ${process.versions.node}: install Node ${neededNodeMajor} or newer yourself, then run the command again.`,
    );
  }
  const pnpm = findProgram("pnpm", options.env["PATH"]);
  if (pnpm === undefined || versionOf(pnpm)?.split(".")[0] !== pnpmVersion.split(".")[0]) {
    throw new Failure(
      `There is no ready-made pnpm for ${place}: run "npm install --global pnpm@${pnpmVersion}", then run the command again.`,
    );
  }
  options.progress.line(
    `NOTE: there is no ready-made Node ${neededNodeMajor} for ${place}. Using your own Node ${process.versions.node} and ${pnpm} instead.`,
  );
  return { node: process.execPath, pnpm, isOwn: false };
}

/**
 * @param {string} program
 * @returns {string | undefined}
 */
function versionOf(program) {
  try {
    // In a folder without a package.json, so that no `packageManager` pin is looked at.
    const options = {
      cwd: "/",
      encoding: /** @type {const} */ ("utf8"),
      timeout: 20_000,
      stdio: /** @type {['ignore', 'pipe', 'ignore']} */ (["ignore", "pipe", "ignore"]),
    };
    return execFileSync(program, ["--version"], options).trim();
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
