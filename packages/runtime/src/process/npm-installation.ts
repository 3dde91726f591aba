import { createHash, randomUUID } from "node:crypto";
import { access, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PrepareProgress } from "../agent-runtime.js";
import { RuntimeError } from "../agent-runtime.js";
import type { NpmPackages } from "../workload-spec.js";
import { type HostEnvironment, inheritedEnvironment } from "./child-environment.js";
import { runInstallStep } from "./install-step.js";
import { findNpm, npmEnvironment } from "./npm-command.js";
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

const installedMarker = "mosaic-install.json";
const lockPollMs = 300;

/** From this lockfile, and to its end. */
export async function isInstalled({ lockDir, proof }: NpmPackages, targetDir: string): Promise<boolean> {
  try {
    await access(join(targetDir, proof));
    const marker: unknown = JSON.parse(await readFile(join(targetDir, installedMarker), "utf8"));
    return typeof marker === "object" && marker !== null && "lock" in marker && marker.lock === (await lockHash(lockDir));
  } catch {
    return false;
  }
}

/**
 * Installs software from npm, once: into a folder beside the target that takes its place when all is done, so that a half-finished
 * installation is never used. Several processes may ask at once; one works and the others wait. Rejects with `install_failed`.
 */
export async function ensureInstalled(installation: NpmInstallation): Promise<void> {
  const { label, packages, targetDir, signal } = installation;
  const isDone = (): Promise<boolean> => isInstalled(packages, targetDir);
  if (await isDone()) return;
  await mkdir(dirname(targetDir), { recursive: true, mode: 0o700 });
  installation.onProgress(installing(`Installing ${label} with npm`));
  const release = await takeLock(`${targetDir}.lock`, signal, isDone);
  if (release === null) return;
  try {
    if (await isDone()) return;
    await removeRemains(targetDir);
    await install(installation);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof RuntimeError ? error.detail : error instanceof Error ? error.message : "unknown reason";
    throw new RuntimeError("install_failed", `${label} could not be installed: ${reason}`, { cause: error });
  } finally {
    await release();
  }
}

function installing(detail: string): PrepareProgress {
  return { stage: "installing", percent: null, detail };
}

async function install(installation: NpmInstallation): Promise<void> {
  const { label, packages, targetDir, nodePath = process.execPath, hostEnvironment = process.env, onProgress, signal } = installation;
  const draft = `${targetDir}.new-${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(draft, { mode: 0o700 });
    for (const file of ["package.json", "package-lock.json"]) await copyFile(join(packages.lockDir, file), join(draft, file));
    const npm = await findNpm(nodePath, hostEnvironment, signal);
    const command = [...npm, "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"] as const;
    await runInstallStep({ command, cwd: draft, environment: npmEnvironment(hostEnvironment), signal });
    if (packages.setUp !== null) {
      onProgress(installing(`Setting up ${label}`));
      const environment = { ...inheritedEnvironment(hostEnvironment), HOME: draft };
      await runInstallStep({ command: [nodePath, packages.setUp], cwd: draft, environment, signal });
    }
    await access(join(draft, packages.proof)).catch(() => {
      throw new RuntimeError("install_failed", `npm was content, and ${packages.proof} is not there.`);
    });
    await writeFile(join(draft, installedMarker), `${JSON.stringify({ lock: await lockHash(packages.lockDir) })}\n`);
    await replaceFolder(draft, targetDir);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What is in the way is a broken installation, or one from another lockfile. */
async function replaceFolder(draft: string, target: string): Promise<void> {
  const old = `${target}.old-${randomUUID().slice(0, 8)}`;
  await rename(target, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(draft, target);
  await rm(old, { recursive: true, force: true });
}

/** What earlier attempts left that were killed. Only while holding the lock. */
async function removeRemains(targetDir: string): Promise<void> {
  const remains = (name: string) => ["new-", "old-"].some((part) => name.startsWith(`${basename(targetDir)}.${part}`));
  for (const name of await readdir(dirname(targetDir))) {
    if (remains(name)) await rm(join(dirname(targetDir), name), { recursive: true, force: true });
  }
}

async function lockHash(lockDir: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(join(lockDir, "package-lock.json")))
    .digest("hex");
}

/** Waits for its turn; `null` if `isDone` says meanwhile that there is nothing left to do. A dead owner's lock is no lock. */
async function takeLock(path: string, signal: AbortSignal, isDone: () => Promise<boolean>): Promise<(() => Promise<void>) | null> {
  const self = JSON.stringify(await ownIdentity());
  for (;;) {
    signal.throwIfAborted();
    try {
      await writeFile(path, self, { flag: "wx", mode: 0o600 });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (await isDone()) return null;
    const content = await readFile(path, "utf8").catch(() => null);
    const owner = content === null ? null : parseIdentity(content);
    // A lock that is empty was made this instant by someone who is about to write; the next look tells.
    if (content && (owner === null || !(await isAlive(owner)))) await rm(path, { force: true });
    await sleep(lockPollMs, undefined, { signal });
  }
}

function parseIdentity(text: string): ProcessIdentity | null {
  try {
    const value = JSON.parse(text) as Partial<ProcessIdentity>;
    return typeof value.pid === "number" && typeof value.startTime === "string" ? { pid: value.pid, startTime: value.startTime } : null;
  } catch {
    return null;
  }
}
