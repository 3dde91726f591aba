import type { SayAgentEvent } from "@mosaic/contracts/agent-event";
import { expect } from "@playwright/test";
import { openContainerToken } from "./canaries.ts";
import type { World } from "./fixtures.ts";

/** As an agent speaks without being asked: from its container, where only agents call. */
export async function agentSpeaks(world: World, agentId: string, said: SayAgentEvent): Promise<void> {
  const token = await openContainerToken(world, agentId);
  const address = `http://127.0.0.1:${Number(new URL(world.mosaic.url).port) + 1}/api/internal/agents/${agentId}/events`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(said) });
  expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
}
