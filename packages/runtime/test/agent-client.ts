import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Endpoint } from "../src/agent-runtime.js";

export interface AgentFacts {
  /** One for each line that came over standard input. */
  readonly tokenHashes: readonly string[];
  readonly hostname: string;
  readonly pid: number;
  readonly uid: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Of its command, after the program. */
  readonly words: readonly string[];
}

export async function ask<T = Record<string, unknown>>(endpoint: Endpoint, path: string): Promise<T> {
  const response = await fetch(`http://${endpoint.host}:${endpoint.port}${path}`, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
  return (await response.json()) as T;
}

/** Waits until the stand-in answers, which it does once it has its token. */
export async function factsOf(endpoint: Endpoint): Promise<AgentFacts> {
  let facts: AgentFacts | undefined;
  await expect
    .poll(
      async () => {
        facts = await ask<AgentFacts>(endpoint, "/facts").catch(() => undefined);
        return facts !== undefined;
      },
      { timeout: 30_000, interval: 50 },
    )
    .toBe(true);
  if (!facts) throw new Error("the stand-in never answered");
  return facts;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
