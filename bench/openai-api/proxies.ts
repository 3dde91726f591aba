import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@mosaic/testing/free-port";
import { startPlainNginx, type ReverseProxy } from "@mosaic/testing/reverse-proxies";

export interface Proxies {
  readonly nginx: ReverseProxy;
  readonly configurable: ReverseProxy;
  close(): Promise<void>;
}

/** Both before the same gateway, ready to be asked. */
export async function startProxies(upstreamPort: number): Promise<Proxies> {
  const folder = await mkdtemp(join(tmpdir(), "mosaic-bench-"));
  const nginx = await startPlainNginx({ folder, upstream: `127.0.0.1:${upstreamPort}` });
  const configurable = await startConfigurableProxy(upstreamPort);
  await Promise.all([nginx, configurable].map(untilUp));
  return {
    nginx,
    configurable,
    close: async () => {
      await Promise.all([nginx.stop(), configurable.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** JupyterHub's proxy, which is Node too. */
async function startConfigurableProxy(upstreamPort: number): Promise<ReverseProxy> {
  const manifest = createRequire(import.meta.url).resolve("configurable-http-proxy/package.json");
  const [port, apiPort] = [await freePort(), await freePort()];
  const options = {
    ip: "127.0.0.1",
    port,
    "api-ip": "127.0.0.1",
    "api-port": apiPort,
    "default-target": `http://127.0.0.1:${upstreamPort}`,
    "log-level": "error",
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(process.execPath, [join(dirname(manifest), "bin/configurable-http-proxy"), ...args], {
    stdio: "ignore",
    env: { PATH: process.env["PATH"], CONFIGPROXY_AUTH_TOKEN: "bench" },
  });
  const ended = once(child, "exit");
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function untilUp({ port }: ReverseProxy): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok === true) {
      return;
    }
    await sleep(20);
  }
  throw new Error("A proxy does not answer.");
}
