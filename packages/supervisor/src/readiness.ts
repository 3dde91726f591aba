import type { Launch } from "@mosaic/contracts/agent-config";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 50;
const answerTimeoutMs = 2_000;
// Mosaic judges a start by its progress, and ends it. This limit is for a Mosaic that never does.
const limitMs = 3_600_000;

/** Waits for the readiness path. Tells `false` if that takes longer than an hour. `port`: the one that the supervisor was given. */
export async function waitUntilReady(readiness: Launch["readiness"], port: number, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    if (await isReady(readiness.port ?? port, readiness.path, signal)) return true;
    await sleep(pollMs, undefined, { signal });
  }
  return false;
}

function isReady(port: number, path: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
    const call = http.get({ host: "127.0.0.1", port, path, agent: false, signal: bounded }, (response) => {
      response.resume();
      response.on("close", () => resolve(response.statusCode === 200));
    });
    call.on("error", () => resolve(false));
  });
}
