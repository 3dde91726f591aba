import type { AgentTools } from "@mosaic/contracts/agent";
import type { RenderInput } from "../agent-backend.js";
import type { Json } from "../canonical-json.js";
import { hermesWorkspace } from "./hermes-workspace.js";

/** What the configuration takes from the environment. */
export const variables = { modelKey: "LLM_API_KEY", dollar: "LITERAL_DOLLAR" } as const;

/** Hermes refuses a model of which it is told that less fits into it. Untold, it guesses, and works. */
const leastContextTokens = 64_000;

/** Those that no group of Mosaic's switches. What is in neither list, Hermes leaves out: schedules, messages to other places, other agents. */
const always = ["memory", "skills", "todo"];

const toolsetsOfGroup: Readonly<Record<keyof AgentTools, readonly string[]>> = {
  files: ["file"],
  web: ["web"],
  shell: ["terminal", "code_execution"],
  browser: ["browser"],
  sessions: ["session_search"],
};

const browser: keyof AgentTools = "browser";
const beyondWorkspace: ReadonlySet<string> = new Set<keyof AgentTools>(["shell", "browser"]);

/** The whole config.yaml, which Hermes reads again at each turn. The key of the models is new at each start, and is in a variable. */
export function renderHermesConfig(input: RenderInput): string {
  const [{ provider, model }] = input.models;
  const contextTokens = provider.models.find(({ id }) => id === model)?.contextWindow ?? 0;
  return toYaml({
    model: {
      default: literal(model),
      provider: "custom",
      base_url: literal(provider.baseUrl.replace(/\/$/, "")),
      api_key: reference(variables.modelKey),
      ...(contextTokens < leastContextTokens ? {} : { context_length: contextTokens }),
    },
    terminal: { backend: "local", cwd: literal(`${input.stateDir}/${hermesWorkspace.folder}`) },
    // SOUL.md holds a personality of up to 20,000 characters, and Hermes takes the middle out of a file that is longer than this.
    context_file_max_chars: 24_000,
    // Nobody sits at Hermes to approve a command: the container is the boundary.
    approvals: { mode: "off" },
    ...renderToolsets(input.agent.tools, input.isIsolated),
  });
}

/**
 * A group that is off is named as well: Hermes takes that away after everything else that it goes by. Releases of Hermes took the search of the web
 * away with the browser, so where the web is on the browser is only left out.
 */
function renderToolsets(tools: AgentTools, isIsolated: boolean): Record<string, Json> {
  const isOn = (group: string): boolean =>
    Object.entries(tools).some(([name, on]) => name === group && on) && (isIsolated || !beyondWorkspace.has(group));
  const groups = Object.entries(toolsetsOfGroup);
  const on = groups.filter(([group]) => isOn(group)).flatMap(([, names]) => names);
  const off = groups.filter(([group]) => !isOn(group) && !(group === browser && isOn("web"))).flatMap(([, names]) => names);
  return { platform_toolsets: { api_server: [...always, ...on] }, agent: { disabled_toolsets: off } };
}

/**
 * Hermes puts a variable of its environment in the place of each `${…}`, once. It knows no escape, so the dollar sign comes out of a variable itself:
 * what is put in is not read again.
 */
function literal(text: string): string {
  return text.replaceAll(/\$(?=\{)/g, () => reference(variables.dollar));
}

function reference(variable: string): string {
  return `\${${variable}}`;
}

/** Mappings in blocks, everything else as JSON, which YAML takes. The keys are Mosaic's own, and plain. */
function toYaml(value: Readonly<Record<string, Json>>, indent = ""): string {
  return Object.entries(value)
    .map(([key, child]) =>
      isMapping(child) ? `${indent}${key}:\n${toYaml(child, `${indent}  `)}` : `${indent}${key}: ${printable(JSON.stringify(child))}\n`,
    )
    .join("");
}

/** YAML takes no control character as it is, nor what has no character to it, and ends lines at some that JSON does not. */
function printable(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function isMapping(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
