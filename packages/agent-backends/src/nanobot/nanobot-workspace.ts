import type { RenderInput } from "../agent-backend.js";
import { renderWorkingRules } from "../working-rules.js";

export const nanobotWorkspace = { folder: "workspace", inbox: "inbox", outbox: "outbox" } as const;

/** nanobot reads it at each turn, and SOUL.md after it. */
export function renderNanobotRules(agent: RenderInput["agent"]): string {
  return renderWorkingRules(agent, nanobotWorkspace, "in memory/MEMORY.md");
}
