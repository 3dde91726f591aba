import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, copyFile, mkdir, readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PrepareProgress } from "../agent-runtime.js";
import { RuntimeError } from "../agent-runtime.js";
import { lastWords } from "../last-words.js";
import type { NpmPackages } from "../workload-spec.js";
import { drain, sendSignal } from "./agent-process.js";
import { type HostEnvironment, inheritedEnvironment } from "./child-environment.js";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.js";

export interface NpmInstallation {
  /** What people call the software. */
  readonly label: string;
  readonly packages: NpmPackages;
  readonly targetDir: string;
  readonly nodePath?: string;
  readonly hostEnvironment?: HostEnvironment;
  readonly onProgress: (progress: PrepareProgress) => void;
  readonly signal: AbortSignal;
}

const lockfile = "package-lock.json";
const lockPollMs = 300;

/** From this lockfile, which npm leaves as it is; and to its end, since the folder is only then put into its place. */
export async function isInstalled({ lockDir, proof }: NpmPackages, targetDir: string): Promise<boolean> {
  try {
    await access(join(targetDir, proof));
    const [wanted, installed] = await Promise.all([readFile(join(lockDir, lockfile)), readFile(join(targetDir, lockfile))]);
    return wanted.equals(installed);
  } catch {
    return false;
  }
}

/**
 * Installs software from npm, once: into a folder beside the target that takes its place when all is done, so that a half-finished
 * installation is never used. Several may ask at once, also of several processes; one works and the others wait. Rejects with `install_failed`.
 */
export async function ensureInstalled(installation: NpmInstallation): Promise<void> {
  const { label, packages, targetDir, signal } = installation;
  if (await isInstalled(packages, targetDir)) return;
  await mkdir(dirname(targetDir), { recursive: true, mode: 0o700 });
  installation.onProgress(installing(`Installing ${label} with npm`));
  const lock = `${targetDir}.lock`;
  await takeLock(lock, signal);
  try {
    if (!(await isInstalled(packages, targetDir))) await install(installation, `${targetDir}.new`);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof RuntimeError ? error.detail : error instanceof Error ? error.message : "unknown reason";
    throw new RuntimeError("install_failed", `${label} could not be installed: ${reason}`, { cause: error });
  } finally {
    await rm(lock, { force: true });
  }
}

function installing(detail: string): PrepareProgress {
  return { stage: "installing", percent: null, detail };
}

async function install(installation: NpmInstallation, draft: string): Promise<void> {
  const { label, packages, targetDir, nodePath = process.execPath, hostEnvironment = process.env, onProgress, signal } = installation;
  try {
    // An attempt that was killed left it.
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    for (const file of ["package.json", lockfile]) await copyFile(join(packages.lockDir, file), join(draft, file));
    const npm = ["npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"] as const;
    await runStep(npm, draft, npmEnvironment(hostEnvironment, nodePath), signal).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      throw new RuntimeError("install_failed", "npm was not found on this machine. It is needed once, for the installation.");
    });
    if (packages.setUp !== null) {
      onProgress(installing(`Setting up ${label}`));
      await runStep([nodePath, packages.setUp], draft, { ...inheritedEnvironment(hostEnvironment), HOME: draft }, signal);
    }
    await access(join(draft, packages.proof)).catch(() => {
      throw new RuntimeError("install_failed", `npm was content, and ${packages.proof} is not there.`);
    });
    // What is in the way is a broken installation, or one from another lockfile.
    await rm(targetDir, { recursive: true, force: true });
    await rename(draft, targetDir);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Runs one command of an installation to its end. An abort ends it with all that it started. */
async function runStep(
  [file, ...args]: readonly [string, ...string[]],
  cwd: string,
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const said = drain(child);
  const onAbort = () => sendSignal(-(child.pid ?? 0), "SIGKILL");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const [code, by] = (await once(child, "close")) as [number | null, string | null];
    if (code !== 0) throw new RuntimeError("install_failed", `it ended with ${by ?? `code ${code}`}.\n${lastWords(said())}`.trim());
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * npm runs no script of a package here, so it may see the user's settings; Mosaic's own secrets are none of its business. The npm that came
 * with our Node is the last choice: a service may have neither on its path.
 */
export function npmEnvironment(host: HostEnvironment, nodePath: string): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined || /^(MOSAIC_|DATABASE_URL$|PG|NODE_OPTIONS$|npm_(package|lifecycle)_|npm_command$)/.test(name)) continue;
    environment[name] = value;
  }
  return { ...environment, PATH: [host["PATH"], dirname(nodePath)].filter(Boolean).join(delimiter) };
}

/** Waits for its turn. The lock is a link that leads to its owner: made whole or not at all. A dead owner's lock is no lock. */
async function takeLock(path: string, signal: AbortSignal): Promise<void> {
  const self = JSON.stringify(await ownIdentity());
  for (;;) {
    signal.throwIfAborted();
    try {
      return await symlink(self, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = await readlink(path).then(
      (text) => JSON.parse(text) as ProcessIdentity,
      () => null,
    );
    if (owner === null || !(await isAlive(owner))) await rm(path, { force: true });
    await sleep(lockPollMs, undefined, { signal });
  }
}
