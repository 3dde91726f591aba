import type { Launch } from "@mosaic/contracts/agent-config";
import http from "node:http";

import { startCannedModel } from "./canned-model.js";
import type { Fill } from "./launch.js";

const limitMs = 30_000;

type WarmUp = NonNullable<Launch["warmUp"]>;

/** One throw-away turn right after the start. Rejects if it did not work; the agent is usable all the same. */
export async function warmUp(port: number, request: WarmUp, fill: Fill, signal: AbortSignal): Promise<void> {
  const model = await startCannedModel(port + 1);
  try {
    await turn(port, request, fill, AbortSignal.any([signal, AbortSignal.timeout(limitMs)]));
  } finally {
    model.close();
  }
}

/** A turn with another model than the agent's own. Resolves when the answer is complete, rejects if it is an error. */
export function turn(port: number, { path, headers, body, failure }: WarmUp, fill: Fill, signal: AbortSignal): Promise<void> {
  const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)]));
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: fill(path), method: "POST", headers: filled, agent: false, signal } as const;
    const call = http.request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode !== 200) reject(new Error(`the gateway answered ${String(response.statusCode)}`));
        else if (text.includes(failure)) reject(new Error("the turn failed"));
        else resolve();
      });
    });
    call.on("error", reject);
    call.end(fill(body));
  });
}
