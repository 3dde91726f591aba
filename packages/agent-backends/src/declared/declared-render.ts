import type { Bundle, BundleFile, Launch } from "@mosaic/contracts/agent-config";
import type { DeclaredBackend } from "@mosaic/contracts/declared-backend";
import { fillTemplate, hasSecret, type PlaceholderName } from "@mosaic/contracts/declared-template";
import type { RenderInput } from "../agent-backend.js";
import { sha256OfJson } from "../canonical-json.js";

/** Where the files of the root `run` are. The driver mounts it as memory. */
export const runDir = "/run/mosaic";

type Escape = DeclaredBackend["files"][number]["escape"];

export function renderDeclared(declared: DeclaredBackend, input: RenderInput): Bundle {
  const values = valuesOf(input);
  const files = declared.files.map(({ root, path, content, escape }): BundleFile => {
    return { root, path, content: fillTemplate(content, (name) => escapes[escape](values[name])) };
  });
  const launch = launchOf(declared, values);
  return { generation: sha256OfJson({ files, warmup: null, launch }), files, warmup: null, launch };
}

function launchOf(declared: DeclaredBackend, values: Values): Launch {
  const { command, environment, files, key, readyPath, memoryFile } = declared;
  // A zero byte would end a variable or an argument, and with it the start.
  const filled = (template: string): string => fillTemplate(template, (name) => values[name].replaceAll("\u0000", ""));
  const [program = "", ...args] = command.map(filled);
  const variables = Object.entries(environment);
  return {
    command: program,
    args,
    env: {
      ...Object.fromEntries(variables.map(([name, template]) => [name, filled(template)])),
      ...(key === null ? {} : { [key.env]: values.GATEWAY_KEY }),
    },
    relay: null,
    secretEnv: [...variables.filter(([, template]) => hasSecret(template)).map(([name]) => name), ...(key === null ? [] : [key.env])],
    configFile: null,
    liveFiles: files.filter(({ reads }) => reads === "turn").map(({ root, path }) => `${root}/${path}`),
    readiness: { path: readyPath, port: null },
    reload: null,
    memoryFile,
    log: { turnFault: null, tooBusy: null },
    repairs: [],
    warmUp: null,
  };
}

type Values = Readonly<Record<PlaceholderName, string>>;

/** The first model alone: each of the others may have another address. */
function valuesOf({ agent, models: [{ provider, model }], gateway, relayToken, stateDir }: RenderInput): Values {
  return {
    LLM_BASE_URL: provider.baseUrl.replace(/\/$/, ""),
    LLM_API_KEY: relayToken,
    LLM_MODEL: model,
    AGENT_NAME: agent.name,
    AGENT_PERSONALITY: agent.personality,
    AGENT_ID: agent.id,
    GATEWAY_KEY: gateway.token,
    PORT: String(gateway.port),
    STATE_DIR: stateDir,
    RUN_DIR: runDir,
  };
}

/** For a place inside double quotes. */
const escapes: Readonly<Record<Escape, (text: string) => string>> = {
  none: (text) => text,
  json: inJson,
  // YAML reads JSON's escapes, and refuses some characters that JSON lets through.
  yaml: (text) => inJson(text).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escapeOf),
};

function inJson(text: string): string {
  return JSON.stringify(text.toWellFormed()).slice(1, -1);
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
