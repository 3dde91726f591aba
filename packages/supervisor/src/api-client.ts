import type { SupervisorStatus, SupervisorStatusAnswer } from "@mosaic/contracts/agent-config";
import { readBounded } from "@mosaic/incoming/bounded-body";
import { parseRecord } from "@mosaic/incoming/records";
import http from "node:http";
import https from "node:https";

import { FatalError } from "./exit.js";

const longPollSeconds = 25;
const fetchTimeoutMs = 15_000;
const statusTimeoutMs = 5_000;
const maxBodyBytes = 16 * 1024 * 1024;

/** The supervisor's side of the internal API. */
export interface ApiClient {
  /** The present bundle as text. Rejects with a FatalError when the token is refused, with any other error when asking again may help. */
  fetchBundle(signal: AbortSignal): Promise<string>;
  /** The bundle that comes after `generation`, or `null` if there was none for 25 s. */
  waitForBundle(generation: string, signal: AbortSignal): Promise<string | null>;
  /** Tells what Mosaic knows of the agent at this moment. A Mosaic of before says nothing. */
  postStatus(status: SupervisorStatus, signal: AbortSignal): Promise<SupervisorStatusAnswer>;
}

interface Call {
  readonly body?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** `port`: where the child will listen. Mosaic writes it into the child's own files. */
export function createApiClient(configUrl: string, token: string, port: number): ApiClient {
  const transport = new URL(configUrl).protocol === "https:" ? https : http;
  const agent = new transport.Agent({ keepAlive: true, maxSockets: 2 });

  function request(method: string, path: string, { body, timeoutMs, signal }: Call): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, accept: "application/json", ...(body && { "content-type": "application/json" }) };
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const call = transport.request(`${configUrl}${path}`, { method, headers, agent, signal: bounded }, (response) => {
        readBody(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
      });
      call.on("error", reject);
      call.end(body);
    });
  }

  return {
    async fetchBundle(signal) {
      const { status, text } = await request("GET", `/bundle?port=${port}`, { timeoutMs: fetchTimeoutMs, signal });
      if (status === 200) return text;
      if (status === 401) throw new FatalError("token-refused", 77, "Mosaic does not know this container's token");
      throw new Error(`HTTP ${status}`);
    },

    async waitForBundle(generation, signal) {
      const path = `/bundle?after=${encodeURIComponent(generation)}&waitSeconds=${longPollSeconds}&port=${port}`;
      const { status, text } = await request("GET", path, { timeoutMs: longPollSeconds * 1000 + fetchTimeoutMs, signal });
      if (status === 200) return text;
      if (status === 204) return null;
      throw new Error(`HTTP ${status}`);
    },

    async postStatus(status, signal) {
      const body = JSON.stringify(status);
      const answer = await request("POST", "/status", { body, timeoutMs: statusTimeoutMs, signal });
      if (answer.status >= 500 || answer.status === 429) throw new Error(`HTTP ${answer.status}`);
      return { isAwaited: parseRecord(answer.text)?.["isAwaited"] === true };
    },
  };
}

async function readBody(response: http.IncomingMessage): Promise<string> {
  const tooLarge = () => new Error("the answer is too large");
  const body = await readBounded(response, maxBodyBytes, tooLarge, response.headers["content-length"]);
  // A connection that broke in the middle looks like an end here unless asked.
  if (!response.complete) throw new Error("the answer broke off");
  return body.toString("utf8");
}
