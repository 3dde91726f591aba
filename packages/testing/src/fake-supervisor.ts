import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "@mosaic/incoming/records";
import type { FakeGateway } from "./fake-gateway.js";

export interface FollowOptions {
  /** The agent's configuration address; `/bundle` and `/status` are below it. */
  readonly configUrl: string;
  readonly containerToken: string;
  readonly signal: AbortSignal;
  /** Said with every question, as the supervisor does. */
  readonly port?: number;
  /** What the first report says of the volume. */
  readonly state?: { readonly mark: string; readonly isNew: boolean; readonly isEmpty: boolean };
}

export class ConfigRefusedError extends Error {
  override readonly name = "ConfigRefusedError";
}

interface Bundle {
  readonly generation: string;
  readonly systemPrompt: string;
}

/**
 * Does for a fake gateway what the supervisor does for the real one: fetches the bundle, says
 * how far it is, `ready` only once the gateway is, and takes over each new personality. Returns
 * when the signal ends it; rejects with `ConfigRefusedError` when the token is not accepted.
 */
export async function followBundle(gateway: FakeGateway, options: FollowOptions): Promise<void> {
  let generation = "";
  await reportStatus("starting", generation, options);
  while (!options.signal.aborted) {
    const bundle = await fetchBundle(generation, options);
    if (!bundle) continue;
    gateway.setSystemPrompt(bundle.systemPrompt);
    await untilReady(gateway, options.signal);
    await reportStatus(generation === "" ? "ready" : "applied", bundle.generation, options);
    generation = bundle.generation;
  }
}

async function fetchBundle(generation: string, { configUrl, containerToken, signal, port }: FollowOptions): Promise<Bundle | undefined> {
  const said = new URLSearchParams({
    ...(port !== undefined && { port: String(port) }),
    ...(generation !== "" && { after: generation, waitSeconds: "25" }),
  });
  const query = said.size === 0 ? "" : `?${said.toString()}`;
  try {
    const response = await fetch(`${configUrl}/bundle${query}`, {
      headers: { authorization: `Bearer ${containerToken}` },
      signal,
    });
    if (response.status === 401) throw new ConfigRefusedError("The container's token is refused.");
    if (response.status === 200) return readBundle(await response.json());
    if (response.status === 204) return undefined;
  } catch (error) {
    if (error instanceof ConfigRefusedError) throw error;
  }
  // The API may be restarting: ask again soon, as the supervisor does.
  await sleep(250, undefined, { signal }).catch(() => {});
  return undefined;
}

async function untilReady(gateway: FakeGateway, signal: AbortSignal): Promise<void> {
  while (!gateway.isReady && !signal.aborted) {
    await sleep(10, undefined, { signal }).catch(() => {});
  }
}

/** As often as it takes: the API may be restarting. */
async function reportStatus(phase: string, generation: string, { configUrl, containerToken, signal, state }: FollowOptions): Promise<void> {
  const body = JSON.stringify({ phase, ...(generation !== "" && { generation }), ...(phase === "ready" && state && { state }) });
  const headers = { authorization: `Bearer ${containerToken}`, "content-type": "application/json" };
  let isTold = false;
  while (!isTold && !signal.aborted) {
    const response = await fetch(`${configUrl}/status`, { method: "POST", headers, body, signal }).catch(() => undefined);
    await response?.body?.cancel().catch(() => {});
    isTold = response !== undefined && response.status < 500;
    if (!isTold) await sleep(250, undefined, { signal }).catch(() => {});
  }
}

function readBundle(value: unknown): Bundle | undefined {
  if (!isRecord(value) || typeof value["generation"] !== "string") return undefined;
  const files: unknown[] = Array.isArray(value["files"]) ? value["files"] : [];
  const personality = files.flatMap((file) => (isRecord(file) && String(file["path"]).endsWith(".md") ? [String(file["content"])] : []));
  return { generation: value["generation"], systemPrompt: personality.join("\n\n") };
}
