import type { RenderInput, ResolvedModel } from "./agent-backend.js";
import type { Json } from "./canonical-json.js";
import { literal } from "./openclaw-literal.js";
import { dialectOf, shapeOf } from "./openclaw-dialects.js";
import { openclawModelRef, renderProviders } from "./openclaw-providers.js";
import { gatewayToken } from "./openclaw-tokens.js";
import { renderTools } from "./openclaw-tools.js";

/** OpenClaw's own id of the one agent in a container. */
export const openclawAgentId = "main";

/** SOUL.md holds a personality of up to 20 000 characters, and OpenClaw cuts files at this length. */
const workspaceFileMaxCharacters = 24_000;

/** The whole openclaw.json. Unknown keys are refused by OpenClaw, so every one here is needed. */
export function renderConfig(input: RenderInput): Record<string, Json> {
  return {
    gateway: renderGateway(input),
    models: {
      mode: "replace",
      catalogRefresh: { enabled: false },
      providers: renderProviders(input),
    },
    agents: renderAgents(input),
    tools: renderTools(input.agent.tools, input.isIsolated, hasTools(input.models[0])),
    browser: { enabled: input.agent.tools.browser && input.isIsolated },
    ...quietAndOffline,
  };
}

/** A model that takes no tools is offered none. */
function hasTools({ provider, model }: ResolvedModel): boolean {
  return shapeOf(provider.kind, dialectOf(provider, model)).hasTools;
}

function renderGateway(input: RenderInput): Json {
  const { gateway } = input;
  return {
    mode: "local",
    bind: gateway.bind,
    port: gateway.port,
    auth: { mode: "token", token: gatewayToken(input) },
    controlUi: { enabled: false },
    terminal: { enabled: false },
    cliAgents: { enabled: false },
    reload: { mode: "hybrid" },
    http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: false } } },
  };
}

function renderAgents(input: RenderInput): Json {
  const [primary, ...others] = input.models.map(openclawModelRef);
  const fallbacks = [...new Set(others)].filter((model) => model !== primary);
  const workspace = `${input.stateDir}/workspace`;
  return {
    ownership: "explicit",
    defaults: {
      model: { primary: primary ?? "", fallbacks },
      workspace,
      skipBootstrap: true,
      skills: [],
      timeoutSeconds: 900,
      // No calls of OpenClaw's own, such as for titles, on the person's account.
      utilityModel: "",
      heartbeat: { every: "0m" },
      bootstrapMaxChars: workspaceFileMaxCharacters,
    },
    entries: {
      [openclawAgentId]: {
        name: literal(input.agent.name),
        workspace,
        identity: renderIdentity(input.agent),
      },
    },
  };
}

function renderIdentity(agent: RenderInput["agent"]): Json {
  const name = literal(agent.name);
  return agent.emoji === "" ? { name } : { name, emoji: literal(agent.emoji) };
}

/** No announcements, updates, telemetry, schedules or learning in the background: an agent acts when its owner speaks. */
const quietAndOffline: Record<string, Json> = {
  // The log file would be a second copy of the conversation. The console goes to the supervisor alone, which reads from it that a reload is done.
  logging: { level: "silent", consoleLevel: "info" },
  cron: { enabled: false },
  discovery: { mdns: { mode: "off" } },
  update: { checkOnStart: false, auto: { enabled: false } },
  telemetry: { enabled: false },
  memory: { search: { enabled: false } },
  skills: { workshop: { autonomous: { mode: "off" } } },
  // A deleted conversation is gone within the hour, and none is put away that somebody may come back to.
  session: { maintenance: { resetArchiveRetention: "1h", archiveDashboardAfter: false } },
  commands: { text: false, bash: false, config: false, restart: false },
};
