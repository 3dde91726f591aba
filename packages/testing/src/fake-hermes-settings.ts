import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isMapping, mappingAt, namesAt, readYaml, textAt, type Yaml, type YamlMapping } from "./fake-hermes-yaml.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What `hermes gateway run` is started with. Node's built-ins only, here and in all that the command line imports: a stand-in image copies few files. */
export interface FakeHermesSettings {
  readonly home: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  readonly modelName: string;
  /** What `${VAR}` in the configuration stands for. */
  readonly env: Environment;
}

/** What is read again at each turn. */
export interface HermesConfig {
  readonly model: string;
  readonly baseUrl: string;
  readonly modelKey: string;
  /** Where its terminal works. */
  readonly cwd: string;
  readonly hasTerminal: boolean;
}

/** The software would end with 1 and these words. */
export class HermesStartError extends Error {}

/** Those of the command that were never understood end with 2. */
export class HermesUsageError extends Error {}

const leastKeyCharacters = 16;

export function readHermesSettings(args: readonly string[], given: Environment): FakeHermesSettings {
  const [command, verb = "run", ...flags] = args;
  const unknown = flags.find((flag) => flag !== "--no-supervise");
  if (command !== "gateway" || verb !== "run" || unknown !== undefined) {
    throw new HermesUsageError(`hermes: error: unrecognized arguments: ${args.join(" ")}`);
  }
  const home = given["HERMES_HOME"] ?? join(given["HOME"] ?? homedir(), ".hermes");
  const env = { ...given, ...readDotEnv(join(home, ".env")) };
  if (!/^(?:true|1|yes|on)$/i.test(env["API_SERVER_ENABLED"] ?? "")) throw new HermesStartError("No messaging platforms enabled.");
  const apiKey = env["API_SERVER_KEY"] ?? "";
  if (apiKey.length < leastKeyCharacters) {
    throw new HermesStartError("[Api_Server] Refusing to start: API_SERVER_KEY is required and must have at least 16 characters.");
  }
  const settings: FakeHermesSettings = {
    home,
    host: env["API_SERVER_HOST"] ?? "127.0.0.1",
    port: Number(env["API_SERVER_PORT"] ?? 8642),
    apiKey,
    modelName: env["API_SERVER_MODEL_NAME"] ?? "hermes-agent",
    env,
  };
  readHermesConfig(settings);
  return settings;
}

export function readHermesConfig({ home, env }: Pick<FakeHermesSettings, "home" | "env">): HermesConfig {
  const file = join(home, "config.yaml");
  const read = existsSync(file) ? expanded(readYaml(readFileSync(file, "utf8")), env) : {};
  const config = isMapping(read) ? read : {};
  const model = mappingAt(config, "model");
  const provider = textAt(model, "provider");
  if (provider !== "" && provider !== "custom") throw new HermesStartError(`This stand-in has no provider '${provider}'.`);
  return {
    model: textAt(model, "default"),
    baseUrl: textAt(model, "base_url").replace(/\/$/, ""),
    modelKey: textAt(model, "api_key"),
    cwd: textAt(mappingAt(config, "terminal"), "cwd") || home,
    hasTerminal: hasTerminal(config),
  };
}

/** Without a list of its own the API server has every toolset; what is disabled is taken away from either. */
function hasTerminal(config: YamlMapping): boolean {
  const listed = namesAt(mappingAt(config, "platform_toolsets"), "api_server") ?? ["terminal"];
  const disabled = namesAt(mappingAt(config, "agent"), "disabled_toolsets") ?? [];
  return listed.includes("terminal") && !disabled.includes("terminal");
}

/** Every string once. What is put in is not read again, an unknown name stays as it is, and there is no escape. */
function expanded(value: Yaml, env: Environment): Yaml {
  if (typeof value === "string") return value.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole);
  if (Array.isArray(value)) return (value as readonly Yaml[]).map((child) => expanded(child, env));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, expanded(child, env)]));
}

/** It beats the environment, as Hermes has it. */
function readDotEnv(file: string): Environment {
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, "utf8").split("\n");
  const pairs = lines.flatMap((line) => {
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, (value ?? "").trim().replace(/^(["'])(.*)\1$/, "$2")] as const];
  });
  return Object.fromEntries(pairs);
}
