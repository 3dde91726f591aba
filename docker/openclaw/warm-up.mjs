// One throw-away turn right after the start, against the canned model.
import http from "node:http";

import { startCannedLlm } from "./canned-llm.mjs";

const WARM_UP_LIMIT_MS = 30_000;

/** Makes the turn. Rejects if it did not work; the gateway is usable all the same. */
export async function warmUp(port, { model, gatewayToken }, signal) {
  const llm = await startCannedLlm(port + 1);
  try {
    await turn(port, { model, gatewayToken }, AbortSignal.any([signal, AbortSignal.timeout(WARM_UP_LIMIT_MS)]));
  } finally {
    llm.close();
  }
}

/** A turn of the agent `main` with another model than its own. Resolves when the answer is complete, rejects if it is an error. */
export function turn(port, { model, gatewayToken }, signal) {
  const body = JSON.stringify({ model: "openclaw/main", stream: true, messages: [{ role: "user", content: "Say ok." }] });
  const headers = { authorization: `Bearer ${gatewayToken}`, "content-type": "application/json", "x-openclaw-model": model };
  return new Promise((resolve, reject) => {
    const call = http.request(
      { host: "127.0.0.1", port, path: "/v1/chat/completions", method: "POST", headers, agent: false, signal },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode !== 200) reject(new Error(`the gateway answered ${response.statusCode}`));
          // A stream that fails says so inside an answer of 200.
          else if (text.includes('data: {"error"')) reject(new Error("the turn failed"));
          else resolve();
        });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}
