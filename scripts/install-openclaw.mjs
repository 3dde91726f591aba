import path from "node:path";
import { fileURLToPath } from "node:url";

// Installs OpenClaw where the process runtime looks for it, with the runtime's own code: `node scripts/install-openclaw.mjs [folder]`.
// It has to be built first.
const root = fileURLToPath(new URL("..", import.meta.url));
const lockDir = path.join(root, "docker/openclaw");
const { openclawVersion } = await import("./lib/capabilities.mjs");
const targetDir = process.argv[2] ?? path.join(root, `.mosaic/openclaw-${openclawVersion(root)}`);
const { ensureOpenclawInstalled } = await import(
  new URL("packages/runtime/dist/process/openclaw-install.js", new URL("..", import.meta.url)).href
);
await ensureOpenclawInstalled({ targetDir, lockDir, onProgress: () => undefined, signal: new AbortController().signal });
