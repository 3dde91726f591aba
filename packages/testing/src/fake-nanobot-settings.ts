import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** What `nanobot serve` runs with. Node's built-ins only, here and in all that the command line imports: a stand-in image copies few files. */
export interface FakeNanobotSettings {
  readonly host: string;
  readonly port: number;
  readonly timeoutSeconds: number;
  /** Empty: nobody is asked for it. */
  readonly apiKey: string;
  readonly model: string;
  readonly llm: { readonly apiBase: string; readonly apiKey: string };
  readonly workspace: string;
  /** Sessions lie in it: the folder of the configuration. */
  readonly dataDir: string;
}

/** The software would end with 1 and these words. */
export class NanobotStartError extends Error {}

/** Those of the command that were never understood end with 2. */
export class NanobotUsageError extends Error {}

type Json = string | number | boolean | null | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}
type Environment = Readonly<Record<string, string | undefined>>;

const knownAtTheTop = new Set([
  "agents",
  "channels",
  "providers",
  "api",
  "gateway",
  "tools",
  "transcription",
  "webui",
  "modelPresets",
  "permissions",
]);
const prefix = "NANOBOT_";

/** Arguments beat the file, and the file beats the environment. */
export function readNanobotSettings(args: readonly string[], env: Environment): FakeNanobotSettings {
  const [command, ...options] = args;
  if (command !== "serve") throw new NanobotUsageError(`No such command '${command ?? ""}'.`);
  const given = readOptions(options);
  const home = join(env["HOME"] ?? homedir(), ".nanobot");
  const configFile = resolve(given.config ?? join(home, "config.json"));
  const read = substituted(merged(fromEnvironment(env), readConfig(configFile)), env);
  const custom = objectAt(objectAt(read, "providers"), "custom");
  const defaults = objectAt(objectAt(read, "agents"), "defaults");
  const api = objectAt(read, "api");
  const settings: FakeNanobotSettings = {
    host: given.host ?? textAt(api, "host", "127.0.0.1"),
    port: Number(given.port ?? textAt(api, "port", "8900")),
    timeoutSeconds: Number(given.timeout ?? textAt(api, "timeout", "120")),
    apiKey: textAt(api, "apiKey", ""),
    model: textAt(defaults, "model", "anthropic/claude-opus-4-5"),
    llm: { apiBase: textAt(custom, "apiBase", ""), apiKey: textAt(custom, "apiKey", "") },
    workspace: resolve(given.workspace ?? textAt(defaults, "workspace", join(home, "workspace"))),
    dataDir: dirname(configFile),
  };
  refuse(settings, textAt(defaults, "provider", "auto"));
  return settings;
}

function readOptions(args: string[]): Partial<Record<"host" | "port" | "timeout" | "workspace" | "config", string>> {
  try {
    const string = "string" as const;
    return parseArgs({
      args,
      options: {
        host: { type: string, short: "H" },
        port: { type: string, short: "p" },
        timeout: { type: string, short: "t" },
        workspace: { type: string, short: "w" },
        config: { type: string, short: "c" },
      },
    }).values;
  } catch (error) {
    throw new NanobotUsageError(error instanceof Error ? error.message : String(error));
  }
}

function refuse(settings: FakeNanobotSettings, provider: string): void {
  if ((settings.host === "0.0.0.0" || settings.host === "::") && settings.apiKey.trim() === "") {
    const words = `host is ${settings.host} (all interfaces) but api_key is not set - set api.api_key to prevent unauthenticated access`;
    throw new NanobotStartError(words);
  }
  if (provider !== "custom") throw new NanobotStartError(`this stand-in has no provider '${provider}'`);
  if (settings.llm.apiBase === "") throw new NanobotStartError("No API base configured for provider 'custom'.");
  if (`${settings.dataDir}/`.startsWith(`${settings.workspace}/`)) {
    throw new NanobotStartError("session storage must be outside the agent workspace; move --config outside --workspace");
  }
}

function readConfig(file: string): JsonObject {
  if (!existsSync(file)) return {};
  const failed = (words: string): NanobotStartError => new NanobotStartError(`Failed to load config from ${file}: ${words}`);
  let read: Json;
  try {
    read = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error));
  }
  if (!isObject(read)) throw failed("Input should be a valid dictionary");
  const camel = camelKeys(read);
  const unknown = Object.keys(camel).find((key) => !knownAtTheTop.has(key));
  if (unknown !== undefined) throw failed(`${unknown}: Extra inputs are not permitted [type=extra_forbidden]`);
  return camel;
}

/** `NANOBOT_API__API_KEY` is `api.apiKey`. */
function fromEnvironment(env: Environment): JsonObject {
  let read: JsonObject = {};
  for (const [name, value] of Object.entries(env)) {
    const path = name.startsWith(prefix) ? name.slice(prefix.length).toLowerCase().split("__").map(camel) : [];
    if (value === undefined || path.length < 2 || !knownAtTheTop.has(path[0] ?? "")) continue;
    read = merged(read, path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value) as JsonObject);
  }
  return read;
}

/** Every string once. What is put in is not read again, and there is no escape. */
function substituted(read: JsonObject, env: Environment): JsonObject {
  const inside = (value: Json): Json => {
    if (typeof value === "string") {
      return value.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_whole, name: string) => {
        const known = env[name];
        if (known === undefined) throw new NanobotStartError(`Environment variable '${name}' referenced in config is not set`);
        return known;
      });
    }
    if (Array.isArray(value)) return value.map(inside);
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, child]) => [key, inside(child)])) : value;
  };
  return inside(read) as JsonObject;
}

function merged(below: JsonObject, above: JsonObject): JsonObject {
  const all: Record<string, Json> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = all[key];
    all[key] = isObject(value) && isObject(under) ? merged(under, value) : value;
  }
  return all;
}

function camelKeys(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [camel(key), isObject(child) ? camelKeys(child) : child]));
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}

function objectAt(value: JsonObject, key: string): JsonObject {
  const found = value[key];
  return isObject(found) ? found : {};
}

function textAt(value: JsonObject, key: string, otherwise: string): string {
  const found = value[key];
  return typeof found === "string" || typeof found === "number" ? String(found) : otherwise;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
