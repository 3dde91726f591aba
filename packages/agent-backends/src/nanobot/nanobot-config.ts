import type { AgentTools } from "@mosaic/contracts/agent";
import type { RenderInput } from "../agent-backend.js";
import type { Json } from "../canonical-json.js";

/** What the configuration takes from the environment. */
export const variables = { modelKey: "LLM_API_KEY", apiKey: "NANOBOT_API_KEY", dollar: "LITERAL_DOLLAR" } as const;

/**
 * The whole config.json. nanobot refuses to start on a key that it does not know at the top. It keeps its sessions and what people send beside this
 * file, so it lies in the state; both tokens are new at each start, and are in variables.
 */
export function renderNanobotConfig(input: RenderInput): Record<string, Json> {
  const [{ provider, model }] = input.models;
  const known = provider.models.find(({ id }) => id === model);
  return {
    providers: { custom: { apiKey: reference(variables.modelKey), apiBase: literal(provider.baseUrl.replace(/\/$/, "")) } },
    agents: {
      defaults: {
        provider: "custom",
        model: literal(model),
        ...(known?.maxTokens === undefined ? {} : { maxTokens: known.maxTokens }),
        ...(known?.contextWindow === undefined ? {} : { contextWindowTokens: known.contextWindow }),
        // Otherwise it asks the model for a summary of each conversation that rests for a while, on the person's account.
        idleCompactAfterMinutes: 0,
      },
    },
    tools: renderTools(input.agent.tools, input.isIsolated),
    api: {
      host: input.gateway.bind === "lan" ? "0.0.0.0" : "127.0.0.1",
      port: input.gateway.port,
      apiKey: reference(variables.apiKey),
    },
  };
}

/** nanobot has no browser and can't look into other sessions: those two switches change nothing. */
function renderTools(tools: AgentTools, isIsolated: boolean): Json {
  return {
    restrictToWorkspace: true,
    file: { enable: tools.files },
    web: { enable: tools.web },
    exec: { enable: tools.shell && isIsolated },
    // They install programs and change nanobot's own settings: Mosaic's business, never the agent's.
    cliApps: { enable: false },
    my: { enable: false },
  };
}

/**
 * nanobot puts a variable of its environment in the place of each `${NAME}`, once, and does not start without that variable. It knows no escape, so
 * the dollar sign comes out of a variable itself: what is put in is not read again.
 */
export function literal(text: string): string {
  return text.replaceAll(/\$(?=\{[A-Za-z_][A-Za-z0-9_]*\})/g, () => reference(variables.dollar));
}

function reference(variable: string): string {
  return `\${${variable}}`;
}
