import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Bundle } from "@mosaic/contracts/agent-config";
import { freePortPair } from "@mosaic/testing/free-port";
import type { GatewayRequest } from "../src/agent-backend.js";
import { openclawPackage } from "./real-openclaw.js";

export const entryPoint = join(openclawPackage, "openclaw.mjs");

/** The real gateway, as a child in a folder of its own under the system's temporary folder. */
export interface OpenclawProcess {
  readonly stateDir: string;
  readonly port: number;
  apply(bundle: Bundle): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Takes its folder away too. */
  remove(): Promise<void>;
  send(request: GatewayRequest, signal?: AbortSignal): Promise<Response>;
}

export async function createOpenclawProcess(): Promise<OpenclawProcess> {
  const folder = await mkdtemp(join(tmpdir(), "mosaic-openclaw-"));
  const port = await freePortPair();
  const roots = { run: join(folder, "run"), state: join(folder, "state") };
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let secrets: Record<string, string> = {};

  const stop = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return;
    const exited = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGTERM");
    const timer = setTimeout(() => running.kill("SIGKILL"), 10_000);
    await exited;
    clearTimeout(timer);
  };

  return {
    port,
    stateDir: roots.state,
    apply: async (bundle) => {
      secrets = Object.fromEntries(bundle.launch.secretEnv.map((name) => [name, bundle.launch.env[name] ?? ""]));
      await writeBundle(bundle, roots);
    },
    start: async () => {
      await mkdir(join(folder, "home"), { recursive: true });
      const started = spawn(process.execPath, [entryPoint, "gateway", "run"], {
        cwd: folder,
        env: { ...environment(folder, roots), ...secrets },
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = started;
      await untilReady(started, url);
    },
    stop,
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
    send: (request, signal) =>
      fetch(url + request.path, { method: "POST", headers: request.headers, body: request.body, ...(signal && { signal }) }),
  };
}

export function environment(folder: string, roots: { run: string; state: string }): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: join(folder, "home"),
    TMPDIR: folder,
    XDG_CACHE_HOME: join(folder, "cache"),
    OPENCLAW_STATE_DIR: roots.state,
    OPENCLAW_CONFIG_PATH: join(roots.run, "openclaw.json"),
    OPENCLAW_DISABLE_BONJOUR: "1",
    OPENCLAW_NO_AUTO_UPDATE: "1",
    OPENCLAW_OFFLINE: "1",
    OPENCLAW_SKIP_CHANNELS: "1",
    OPENCLAW_NO_RESPAWN: "1",
  };
}

async function writeBundle(bundle: Bundle, roots: { run: string; state: string }): Promise<void> {
  for (const file of bundle.files) {
    const target = join(roots[file.root], file.path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.new`, file.content, { mode: 0o600 });
    await rename(`${target}.new`, target);
  }
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (output = (output + String(data)).slice(-4000)));
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`OpenClaw ended with ${child.exitCode}: ${output}`);
    const isReady = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`OpenClaw did not get ready: ${output}`);
}
