import path from "node:path";
import { fileURLToPath } from "node:url";

// Installs OpenClaw where the process runtime looks for it, with the runtime's own code: `node scripts/install-openclaw.mjs [folder]`.
// It has to be built first.
const root = fileURLToPath(new URL("..", import.meta.url));
const built = (/** @type {string} */ file) => import(new URL(`../packages/${file}`, import.meta.url).href);
const { openclawDefinition } = await built("agent-backends/dist/openclaw-definition.js");
const { ensureInstalled } = await built("runtime/dist/process/npm-installation.js");
const { label, installation } = openclawDefinition;
await ensureInstalled({
  label,
  packages: { ...installation, lockDir: path.join(root, "docker/openclaw") },
  targetDir: process.argv[2] ?? path.join(root, ".mosaic", installation.folder),
  onProgress: () => undefined,
  signal: new AbortController().signal,
});
