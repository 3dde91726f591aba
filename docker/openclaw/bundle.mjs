// The bundle: what Mosaic wants this agent to be. Checks it, and puts its files in place.
import { mkdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from "node:path";

const CONFIG_PATH = "openclaw.json";
const SECRET_KEYS = new Set(["apiKey", "token", "password", "gatewayToken"]);
const MIN_SECRET_LENGTH = 4;

/** Reads a bundle from the API's answer. Throws an Error that says what is wrong with it. */
export function parseBundle(text) {
  const bundle = parseJson(text, "the bundle");
  if (typeof bundle?.generation !== "string" || bundle.generation === "") throw new Error("the bundle has no generation");
  if (!Array.isArray(bundle.files)) throw new Error("the bundle has no files");
  for (const file of bundle.files) checkFile(file);
  return { generation: bundle.generation, files: bundle.files, warmup: readWarmup(bundle.warmup) };
}

export function hasConfig(bundle) {
  return bundle.files.some((file) => file.root === "run" && normalize(file.path) === CONFIG_PATH);
}

/** Every secret that the bundle's configuration holds, for taking them out of what the gateway said last. */
export function secretsOf(bundle) {
  const found = new Set();
  for (const file of bundle.files) if (file.path.endsWith(".json")) collectSecrets(JSON.parse(file.content), found);
  collectSecrets(bundle.warmup, found);
  return found;
}

export function redact(text, secrets) {
  const longestFirst = [...secrets].toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((redacted, secret) => redacted.replaceAll(secret, "[redacted]"), text);
}

/**
 * Puts the bundle's files in place, each by an atomic rename; a file that says the same already is not touched, so that a new personality
 * does not make the gateway reload its configuration. Nothing is ever deleted. The configuration comes last: the gateway watches it, and the
 * files beside it must be there by then. Tells whether the configuration changed.
 */
export async function applyBundle(bundle, roots) {
  let hasConfigChanged = false;
  const configLast = bundle.files.toSorted((a, b) => Number(a.root === "run") - Number(b.root === "run"));
  for (const file of configLast) {
    const hasChanged = await writeIfChanged(roots[file.root], normalize(file.path), file.content);
    if (hasChanged && file.root === "run" && normalize(file.path) === CONFIG_PATH) hasConfigChanged = true;
  }
  return { hasConfigChanged };
}

function checkFile(file) {
  if (file?.root !== "run" && file?.root !== "state") throw new Error("a file of the bundle has an unknown root");
  if (typeof file.path !== "string" || typeof file.content !== "string") throw new Error("a file of the bundle has no path or content");
  const path = normalize(file.path);
  const leavesRoot =
    isAbsolute(path) || path === ".." || path.startsWith(`..${sep}`) || path === "." || path.endsWith(sep) || path.includes("\0");
  if (file.path === "" || leavesRoot) throw new Error("a file of the bundle has a path outside its root");
  if (path.endsWith(".json")) parseJson(file.content, path);
}

function readWarmup(warmup) {
  if (warmup === null || warmup === undefined) return null;
  if (typeof warmup.model === "string" && typeof warmup.gatewayToken === "string") return warmup;
  throw new Error("the bundle's warm-up is incomplete");
}

// JSON.parse quotes what it could not read, which may be a key.
function parseJson(text, what) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON`);
  }
}

function collectSecrets(value, found) {
  if (value === null || typeof value !== "object") return;
  for (const [key, child] of Object.entries(value)) {
    if (SECRET_KEYS.has(key) && typeof child === "string" && child.length >= MIN_SECRET_LENGTH) found.add(child);
    collectSecrets(child, found);
  }
}

async function writeIfChanged(root, path, content) {
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
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
  return true;
}

// The agent can write in its workspace: a link that it put in the place of a folder must not lead the supervisor elsewhere.
async function refuseDetour(root, folder) {
  const inside = relative(await realpath(root), await realpath(folder));
  if (inside.startsWith("..") || isAbsolute(inside)) throw new Error("a folder of the bundle leads outside its root");
}
