import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { openclawVersion } from "./capabilities.mjs";
import { Failure } from "./failure.mjs";
import { run } from "./run-command.mjs";
import { npmCommand } from "./toolchain.mjs";

/**
 * OpenClaw for the tests of the process runtime, where Mosaic itself would install it at first use.
 *
 * @param {{ root: string, env: NodeJS.ProcessEnv, logsDir: string, toolchain: import('./toolchain.mjs').Toolchain, progress: import('./progress.mjs').Progress, signal?: AbortSignal | undefined }} options
 * @returns {Promise<import('./capabilities.mjs').Capability>}
 */
export async function installOpenclaw(options) {
  const version = openclawVersion(options.root);
  const target = path.join(options.root, `.mosaic/openclaw-${version}`);
  const there = { isThere: true, why: "", env: { MOSAIC_OPENCLAW_DIR: target } };
  if (installedVersion(target) === version) return there;
  try {
    await options.progress.step(`Installing OpenClaw ${version}`, () => installInto(target, options));
    return there;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    options.progress.line(error.details);
    return { isThere: false, why: `OpenClaw could not be installed: ${error.message}`, env: {} };
  }
}

/**
 * @param {string} target
 * @param {Parameters<typeof installOpenclaw>[0]} options
 */
async function installInto(target, options) {
  mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
  const draft = mkdtempSync(`${target}.`);
  const common = { cwd: draft, env: options.env, signal: options.signal, onFailure: "npm failed." };
  try {
    for (const name of ["package.json", "package-lock.json"])
      copyFileSync(path.join(options.root, "docker/openclaw", name), path.join(draft, name));
    const npm = npmCommand({ ...options.env, npm_execpath: undefined });
    await run([...npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      ...common,
      logFile: path.join(options.logsDir, "openclaw-install.log"),
    });
    // npm leaves the package's own install script out; without it OpenClaw refuses to start.
    const script = "node_modules/openclaw/scripts/postinstall-bundled-plugins.mjs";
    await run([options.toolchain.node, script], {
      ...common,
      logFile: path.join(options.logsDir, "openclaw-postinstall.log"),
    });
    rmSync(target, { recursive: true, force: true });
    renameSync(draft, target);
  } finally {
    if (existsSync(draft)) rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * @param {string} target
 * @returns {string | undefined}
 */
function installedVersion(target) {
  try {
    return JSON.parse(readFileSync(path.join(target, "node_modules/openclaw/package.json"), "utf8")).version;
  } catch {
    return undefined;
  }
}
