import type { RenderInput } from "../agent-backend.js";
import { renderWorkingRules } from "../working-rules.js";

export const hermesWorkspace = { folder: "workspace", inbox: "inbox", outbox: "outbox" } as const;

/** Hermes reads it where its terminal works, and SOUL.md in its home. */
export function renderHermesRules(agent: RenderInput["agent"]): string {
  return renderWorkingRules(agent, hermesWorkspace, "with your memory tool");
}
