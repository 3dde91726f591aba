import type { BundleFile, Launch, Warmup } from "@mosaic/contracts/agent-config";
import { mkdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from "node:path";

import { isRecord } from "@mosaic/incoming/records";
import { parseJson } from "./json.js";
import { readLaunch } from "./launch.js";

const secretKeys = new Set(["apiKey", "token", "password", "gatewayToken"]);
const minSecretLength = 4;

/** What Mosaic wants this agent to be. `launch: null`: an older Mosaic leaves it to the image what is run. */
export interface ReadBundle {
  readonly generation: string;
  readonly files: readonly BundleFile[];
  readonly warmup: Warmup | null;
  readonly launch: Launch | null;
}

export interface Roots {
  readonly run: string;
  readonly state: string;
}

/** Reads a bundle from the API's answer. Throws an Error that says what is wrong with it. */
export function parseBundle(text: string): ReadBundle {
  const bundle = parseJson(text, "the bundle");
  if (!isRecord(bundle) || typeof bundle["generation"] !== "string" || bundle["generation"] === "") {
    throw new Error("the bundle has no generation");
  }
  if (!Array.isArray(bundle["files"])) throw new Error("the bundle has no files");
  const files = bundle["files"].map(readFileOf);
  const launch = bundle["launch"] == null ? null : readLaunch(bundle["launch"]);
  const config = launch === null ? undefined : files.find((file) => isConfig(file, launch.configFile));
  if (config?.path.endsWith(".json") === true) parseJson(config.content, config.path);
  return { generation: bundle["generation"], files, warmup: readWarmup(bundle["warmup"]), launch };
}

export function hasConfig({ files }: ReadBundle, { configFile }: Launch): boolean {
  return files.some((file) => isConfig(file, configFile));
}

/** Every secret that the bundle's configuration holds, for taking them out of what the child said last. */
export function secretsOf({ files, warmup, launch }: ReadBundle): ReadonlySet<string> {
  const variables = (launch?.secretEnv ?? []).map((name) => launch?.env[name] ?? "");
  // A token may stand among other words, as in a header.
  const found = new Set(
    [...variables, ...variables.flatMap((text) => text.split(/[^\w.~+/=-]+/))].filter(({ length }) => length >= minSecretLength),
  );
  for (const file of files) if (file.path.endsWith(".json")) collectSecrets(parsed(file.content), found);
  collectSecrets(warmup, found);
  return found;
}

export function redact(text: string, secrets: ReadonlySet<string>): string {
  const longestFirst = [...secrets].toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((redacted, secret) => redacted.replaceAll(secret, "[redacted]"), text);
}

/**
 * Puts the bundle's files in place, each by an atomic rename; a file that says the same already is not touched, so that a new personality
 * does not make the child reload its configuration. Nothing is ever deleted. The configuration comes last: the child watches it, and the
 * files beside it must be there by then. Tells whether the configuration changed.
 */
export async function applyBundle(
  { files }: ReadBundle,
  configFile: Launch["configFile"],
  roots: Roots,
): Promise<{ hasConfigChanged: boolean }> {
  let hasConfigChanged = false;
  const configLast = files.toSorted((a, b) => Number(isConfig(a, configFile)) - Number(isConfig(b, configFile)));
  for (const file of configLast) {
    const hasChanged = await writeIfChanged(roots[file.root], normalize(file.path), file.content);
    if (hasChanged && isConfig(file, configFile)) hasConfigChanged = true;
  }
  return { hasConfigChanged };
}

function isConfig({ root, path }: BundleFile, configFile: Launch["configFile"]): boolean {
  return configFile !== null && root === "run" && normalize(path) === normalize(configFile);
}

function readFileOf(file: unknown): BundleFile {
  if (!isRecord(file) || (file["root"] !== "run" && file["root"] !== "state")) throw new Error("a file of the bundle has an unknown root");
  const { root, path, content } = file;
  if (typeof path !== "string" || typeof content !== "string") throw new Error("a file of the bundle has no path or content");
  const place = normalize(path);
  const leavesRoot =
    isAbsolute(place) || place === ".." || place.startsWith(`..${sep}`) || place === "." || place.endsWith(sep) || place.includes("\0");
  if (path === "" || leavesRoot) throw new Error("a file of the bundle has a path outside its root");
  return { root, path, content };
}

/** Whoever declared a file may call it as they like. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

function readWarmup(warmup: unknown): Warmup | null {
  if (warmup === null || warmup === undefined) return null;
  if (isRecord(warmup) && typeof warmup["model"] === "string" && typeof warmup["gatewayToken"] === "string") {
    return { model: warmup["model"], gatewayToken: warmup["gatewayToken"] };
  }
  throw new Error("the bundle's warm-up is incomplete");
}

function collectSecrets(value: unknown, found: Set<string>): void {
  if (value === null || typeof value !== "object") return;
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    if (secretKeys.has(key) && typeof child === "string" && child.length >= minSecretLength) found.add(child);
    collectSecrets(child, found);
  }
}

async function writeIfChanged(root: string, path: string, content: string): Promise<boolean> {
  const target = join(root, path);
  const folder = dirname(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await refuseDetour(root, folder);
  const present = await readFile(target, "utf8").catch(() => null);
  if (present === content) return false;
  const draft = join(folder, `.${basename(target)}.${process.pid}.tmp`);
  try {
    await rm(draft, { force: true });
    await writeFile(draft, content, { mode: 0o600, flag: "wx" });
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
  return true;
}

// The agent can write in its workspace: a link that it put in the place of a folder must not lead the supervisor elsewhere.
async function refuseDetour(root: string, folder: string): Promise<void> {
  const inside = relative(await realpath(root), await realpath(folder));
  if (inside.startsWith("..") || isAbsolute(inside)) throw new Error("a folder of the bundle leads outside its root");
}
