import type { AgentTools } from "@mosaic/contracts/agent";
import type { Json } from "./canonical-json.js";

/** OpenClaw's names of the tools that an owner switches as groups. */
const toolsOfGroup: Readonly<Record<keyof AgentTools, readonly string[]>> = {
  files: ["read", "write", "edit", "apply_patch"],
  web: ["web_search", "web_fetch"],
  shell: ["exec", "process"],
  browser: ["browser"],
  sessions: ["sessions_list", "sessions_history", "sessions_search", "session_status"],
};

const groupsBeyondWorkspace: ReadonlySet<string> = new Set<keyof AgentTools>(["shell", "browser"]);

/** They change the gateway itself, other machines or the schedule: Mosaic's business, never the agent's. */
const neverAllowed = ["gateway", "nodes", "cron", "automations", "plugins", "openclaw", "computer", "message", "secrets", "skill_workshop"];

/** Everything that acts outside the workspace. Named although the allow-list leaves them out: a denial beats any allowance. */
const beyondWorkspace = [
  "group:runtime",
  "group:ui",
  "group:nodes",
  "group:automation",
  "group:media",
  "group:plugins",
  "bundle-mcp",
  "exec",
  "process",
  "bash",
  "code_execution",
  "terminal",
  "browser",
  "canvas",
  "portal",
  "sessions_spawn",
  "subagents",
];

/** `hasTools`: whether the model takes tools. If it takes none, OpenClaw refuses to run it beside an allow-list, so all tools are denied instead. */
export function renderTools(tools: AgentTools, isIsolated: boolean, hasTools = true): Record<string, Json> {
  const hasShell = tools.shell && isIsolated;
  return {
    ...(hasTools ? { allow: allowedTools(tools, isIsolated) } : {}),
    deny: [...(hasTools ? [] : ["*"]), ...neverAllowed, ...(isIsolated ? [] : beyondWorkspace)],
    toolSearch: false,
    fs: { workspaceOnly: true },
    // Nobody sits at the gateway to approve a command: the container is the boundary.
    exec: { host: "gateway", mode: hasShell ? "full" : "deny", applyPatch: { workspaceOnly: true } },
    elevated: { enabled: false },
    sessions: { visibility: "agent" },
  };
}

/** Never empty: OpenClaw reads an empty allow-list as "everything". */
function allowedTools(tools: AgentTools, isIsolated: boolean): readonly string[] {
  const groups = Object.entries(toolsOfGroup).filter(([group]) => isOn(tools, group) && (isIsolated || !groupsBeyondWorkspace.has(group)));
  return ["session_status", ...new Set(groups.flatMap(([, names]) => names).filter((name) => name !== "session_status"))];
}

function isOn(tools: AgentTools, group: string): boolean {
  return Object.entries(tools).some(([name, on]) => name === group && on);
}
