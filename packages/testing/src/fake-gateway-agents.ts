import { DemoHttpError } from "@mosaic/demo-llm/demo-request";

/** With several agents only a full name is accepted. */
export function requireAgent(agentIds: readonly string[], model: string): void {
  const isGeneric = model === "openclaw" || model === "openclaw/default";
  if (isGeneric && agentIds.length === 1) return;
  const agentId = /^openclaw\/(.+)$/.exec(model)?.[1];
  if (agentId === undefined) {
    throw new DemoHttpError(400, "Invalid `model`. Use `openclaw` or `openclaw/<agentId>`.");
  }
  if (!agentIds.includes(agentId)) throw new DemoHttpError(400, `Unknown agent '${agentId}'.`);
}

export function modelList(agentIds: readonly string[]): unknown {
  const ids = ["openclaw", "openclaw/default", ...agentIds.map((id) => `openclaw/${id}`)];
  return {
    object: "list",
    data: ids.map((id) => ({
      id,
      object: "model",
      created: 0,
      owned_by: "openclaw",
      permission: [],
    })),
  };
}
