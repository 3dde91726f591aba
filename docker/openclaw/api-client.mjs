// The supervisor's side of the internal API: fetching the bundle, waiting for the next one, reporting.
import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import { FatalError } from "./exit.mjs";

const LONG_POLL_SECONDS = 25;
const FETCH_TIMEOUT_MS = 15_000;
const STATUS_TIMEOUT_MS = 5_000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5_000;
const MAX_UNSENT = 50;
const STARTING = new Set(["starting", "waiting", "warming", "ready"]);

/** Makes delays that double up to 5 s, each spread over half its length, so that many containers don't ask at the same moment. */
export function createBackoff(random = Math.random) {
  let delayMs = FIRST_BACKOFF_MS;
  return {
    reset() {
      delayMs = FIRST_BACKOFF_MS;
    },
    next() {
      const current = delayMs;
      delayMs = Math.min(delayMs * 2, MAX_BACKOFF_MS);
      return current / 2 + (random() * current) / 2;
    },
  };
}

export function createApiClient(configUrl, token) {
  const url = new URL(configUrl);
  const transport = url.protocol === "https:" ? https : http;
  const agent = new transport.Agent({ keepAlive: true, maxSockets: 2 });

  function request(method, path, { body, timeoutMs, signal }) {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
      if (body !== undefined) headers["content-type"] = "application/json";
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const call = transport.request(`${configUrl}${path}`, { method, headers, agent, signal: bounded }, (response) => {
        readBody(response).then((text) => resolve({ status: response.statusCode, text }), reject);
      });
      call.on("error", reject);
      call.end(body);
    });
  }

  return {
    /** The present bundle as text. Rejects with a FatalError when the token is refused, with any other error when asking again may help. */
    async fetchBundle(signal) {
      const { status, text } = await request("GET", "/bundle", { timeoutMs: FETCH_TIMEOUT_MS, signal });
      if (status === 200) return text;
      if (status === 401) throw new FatalError("token-refused", 77, "Mosaic does not know this container's token");
      throw new Error(`HTTP ${status}`);
    },

    /** The bundle that comes after `generation`, or `null` if there was none for 25 s. */
    async waitForBundle(generation, signal) {
      const path = `/bundle?after=${encodeURIComponent(generation)}&waitSeconds=${LONG_POLL_SECONDS}`;
      const { status, text } = await request("GET", path, { timeoutMs: LONG_POLL_SECONDS * 1000 + FETCH_TIMEOUT_MS, signal });
      if (status === 200) return text;
      if (status === 204) return null;
      throw new Error(`HTTP ${status}`);
    },

    async postStatus(status, signal) {
      const body = JSON.stringify(status);
      const answer = await request("POST", "/status", { body, timeoutMs: STATUS_TIMEOUT_MS, signal });
      if (answer.status >= 500 || answer.status === 429) throw new Error(`HTTP ${answer.status}`);
    },

    close() {
      agent.destroy();
    },
  };
}

/** Tells Mosaic where the start has got to: in order, in the background, and only the latest once Mosaic was away. */
export function createReporter(client, signal) {
  let unsent = [];
  let isSending = false;
  let state;

  async function sendAll() {
    const backoff = createBackoff();
    while (unsent.length > 0 && !signal.aborted) {
      try {
        await client.postStatus(unsent[0], signal);
        unsent.shift();
      } catch {
        unsent = unsent.slice(-1);
        await sleep(backoff.next(), undefined, { signal }).catch(() => {});
      }
    }
    isSending = false;
  }

  return {
    /** Which volume this container found. */
    tellState(found) {
      state = found;
    },

    report(phase, generation, detail, runId) {
      // Whoever is told late is told only the last phase: the volume is named in each of a start's.
      const status = { ...statusOf(phase, generation, detail), ...(runId && { runId }), ...(state && STARTING.has(phase) && { state }) };
      // A gateway that fails turn after turn while Mosaic is slow must not fill the memory.
      unsent = [...unsent.slice(-MAX_UNSENT), status];
      if (isSending) return;
      isSending = true;
      void sendAll();
    },

    /** The last word before the end: waits until it is said, but not for long. */
    async reportLast(phase, generation, detail) {
      unsent = [];
      await client.postStatus(statusOf(phase, generation, detail), AbortSignal.timeout(2_000)).catch(() => {});
    },
  };
}

function statusOf(phase, generation, detail) {
  return { phase, ...(generation && { generation }), ...(detail && { detail: detail.slice(0, 500) }) };
}

async function readBody(response) {
  const chunks = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error("the answer is too large");
    chunks.push(chunk);
  }
  // A connection that broke in the middle looks like an end here unless asked.
  if (!response.complete) throw new Error("the answer broke off");
  return Buffer.concat(chunks).toString("utf8");
}
