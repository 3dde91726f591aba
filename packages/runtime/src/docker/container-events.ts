import { setTimeout as sleep } from "node:timers/promises";
import { agentLabel, instanceLabel } from "./container-options.js";
import type { Engine } from "./engine.js";
import { isRecord } from "@mosaic/incoming/records";
import { readJsonLines } from "./json-lines.js";

const firstRetryMs = 500;
const maxRetryMs = 10_000;

type OnChange = (name: string | null) => void;

/** Follows the engine's events until `signal` aborts. Every new connection begins with `null`: what happened before it is not told. */
export async function followContainerEvents(engine: Engine, instanceId: string, onChange: OnChange, signal: AbortSignal): Promise<void> {
  const ending = AbortSignal.any([signal, engine.closed]);
  let retryMs = firstRetryMs;
  while (!ending.aborted) {
    try {
      const events = await engine.open((docker, abortSignal) => docker.getEvents({ filters: filtersFor(instanceId), abortSignal }), ending);
      retryMs = firstRetryMs;
      onChange(null);
      for await (const event of readJsonLines(events)) {
        const name = containerNameOf(event);
        if (name !== null && !ending.aborted) onChange(name);
      }
    } catch {
      // The engine is away. Whoever calls it hears why; here it only matters to be back when it is.
    }
    await sleep(retryMs, undefined, { signal: ending, ref: false }).catch(() => undefined);
    retryMs = Math.min(retryMs * 2, maxRetryMs);
  }
}

function filtersFor(instanceId: string): Record<string, string[]> {
  return { type: ["container"], event: ["start", "die", "destroy"], label: [`${instanceLabel}=${instanceId}`, agentLabel] };
}

function containerNameOf(event: Record<string, unknown>): string | null {
  const actor = event["Actor"];
  const attributes = isRecord(actor) ? actor["Attributes"] : undefined;
  const name = isRecord(attributes) ? attributes["name"] : undefined;
  return typeof name === "string" ? name : null;
}
