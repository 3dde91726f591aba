import { builtInBackendId, maxIdleTimeoutSeconds } from "@mosaic/contracts/agent";
import { declaredBackend, type DeclaredBackend } from "@mosaic/contracts/declared-backend";
import { isRecord, recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";

interface Imported {
  readonly backends: DeclaredBackend[];
  /** What could not be carried over, in words. */
  readonly notes: string[];
}

const maxEntries = 100;
const maxShownCharacters = 80;

/** Where agent-stack's entry says no uid. */
const usualUid = 1000;
const usualIdleSeconds = 600;

/** The program that an image's own entrypoint puts before the command. */
const programs: readonly (readonly [name: RegExp, program: string])[] = [
  [/hermes/, "hermes"],
  [/nanobot/, "nanobot"],
];

const carriedVariables: ReadonlySet<string> = new Set(["LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL"]);

const knownFields = new Set([
  "name",
  "display_name",
  "image",
  "container_prefix",
  "internal_port",
  "health_path",
  "ready_path",
  "extra_models",
  "api_key_env",
  "api_key_header",
  "api_key_scheme",
  "seed_subdir",
  "mount_target",
  "extra_env",
  "user_overridable_env",
  "templated_files",
  "forward_model_env",
  "cmd",
  "user",
  "chown_uid",
  "chown_gid",
  "network_mode",
  "extra_hosts",
  "extra_networks",
  "dns",
  "default_idle_seconds",
  "disabled",
]);

/**
 * Reads agent-stack's `backends.json`: `{"backends": […]}` around its list, or one entry. An entry that can't be carried over is left out and told of.
 * Throws an Error with words for what is no such file.
 */
export function importAgentStack(file: UnknownRecord): Imported {
  const entries: unknown[] = Array.isArray(file["backends"]) ? file["backends"] : [file];
  if (entries.length === 0 || !entries.every(isEntry)) {
    throw new Error("This is neither a file of Mosaic's declared kinds nor the backends.json of agent-stack.");
  }
  if (entries.length > maxEntries) throw new Error(`The file has more than ${maxEntries} kinds of agents.`);
  const notes: string[] = [];
  const backends = new Map<string, DeclaredBackend>();
  for (const entry of entries) {
    const found = importEntry(entry, notes);
    // As in agent-stack, the last one counts.
    if (found !== null) backends.set(found.id, found);
  }
  return { backends: [...backends.values()], notes };
}

/** These it has no defaults for. */
function isEntry(value: unknown): value is UnknownRecord {
  return isRecord(value) && ["name", "image", "mount_target"].every((field) => textOf(value[field]) !== "") && "internal_port" in value;
}

function importEntry(entry: UnknownRecord, notes: string[]): DeclaredBackend | null {
  const name = shown(textOf(entry["name"]));
  if (entry["disabled"] === true) {
    notes.push(`${name} is disabled in agent-stack, and was left out.`);
    return null;
  }
  if (textsOf(entry["cmd"]).length === 0) {
    notes.push(
      `${name} has no cmd, and Mosaic needs the command that starts it: its supervisor takes the place of the image's entrypoint.`,
    );
    return null;
  }
  const { success, data, error } = declaredBackend.safeParse({
    id: idOf(entry),
    label: shown(textOf(entry["display_name"]) || textOf(entry["name"])).slice(0, 60),
    image: entry["image"],
    command: commandOf(entry),
    user: uidOf(entry),
    port: entry["internal_port"],
    readyPath: textOf(entry["health_path"]) || "/healthz",
    stateDir: textOf(entry["mount_target"]).replace(/(?<=.)\/$/, ""),
    environment: environmentOf(entry),
    key: keyOf(entry),
    session: sessionOf(entry),
    model: modelOf(entry),
    idleTimeoutSeconds: idleSecondsOf(entry),
  });
  if (!success) {
    const [first] = error.issues;
    notes.push(`${name} was left out: ${first?.path.join(".") ?? ""}: ${first?.message ?? ""}.`);
    return null;
  }
  notes.push(...[...notesOf(entry, data)].map((note) => `${name}: ${note}`));
  return data;
}

/** What Mosaic does otherwise than agent-stack does, for one entry. */
function* notesOf(entry: UnknownRecord, declared: DeclaredBackend): Generator<string> {
  if (declared.id !== textOf(entry["name"])) yield `Its id here is ${declared.id}.`;
  if (declared.command.length !== textsOf(entry["cmd"]).length) {
    yield `Mosaic does not run the image's entrypoint, so ${declared.command[0] ?? ""} was put before the command.`;
  }
  if (entry["chown_uid"] !== declared.user && /^(?:root|0)?(?::|$)/.test(textOf(entry["user"]))) {
    yield `No agent runs as root, so it runs as uid ${declared.user}. The image may need another one.`;
  }
  const templates = textsOf(entry["templated_files"]);
  if (templates.length > 0) {
    yield `Its templates (${listed(templates)}) lie in seeds/${shown(textOf(entry["seed_subdir"]))}, and not in this file. Add them to its files.`;
  }
  const variables = textsOf(entry["user_overridable_env"]).filter((variable) => !carriedVariables.has(variable));
  if (variables.length > 0) yield `Nobody can set ${listed(variables)} for their own agents. Give them a value in its environment.`;
  const aliases = textsOf(entry["extra_models"]).slice(1);
  if (aliases.length > 0) yield `Mosaic sends one name for its model, so ${listed(aliases)} were left out.`;
  yield* networkNotesOf(entry);
  const unknown = Object.keys(entry).filter((field) => !knownFields.has(field));
  if (unknown.length > 0) yield `Mosaic does not know ${listed(unknown)}.`;
}

function* networkNotesOf(entry: UnknownRecord): Generator<string> {
  const names = ["extra_hosts", "extra_networks", "dns"].filter((field) => Object.keys(Object(entry[field])).length > 0);
  if (names.length > 0) yield `Operators can't allow ${listed(names)} yet, so they were left out.`;
  const mode = textOf(entry["network_mode"]);
  if (mode !== "" && mode !== "bridge") yield `Mosaic has networks of its own for agents, so network_mode was left out.`;
}

/** One that comes with Mosaic keeps its id. */
function idOf(entry: UnknownRecord): string {
  const id = textOf(entry["name"])
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+/, "");
  return builtInBackendId.options.some((known) => known === id) ? `agent-stack-${id}` : id;
}

function commandOf(entry: UnknownRecord): string[] {
  const command = textsOf(entry["cmd"]).map(literal);
  const program = programs.find(([name]) => name.test(textOf(entry["name"])))?.[1];
  return program === undefined || command[0] === program || command[0]?.includes("/") === true ? command : [program, ...command];
}

/** Hermes' image starts as root and goes on as this. */
const hermesUid = 10_000;

function uidOf(entry: UnknownRecord): number {
  const written = /^(\d{1,6})(?::|$)/.exec(textOf(entry["user"]))?.[1];
  const uid = written === undefined ? entry["chown_uid"] : Number(written);
  if (typeof uid === "number" && uid > 0) return uid;
  return isHermes(entry) ? hermesUid : usualUid;
}

/** Where its software looks for the session, which agent-stack leaves to its client. */
function sessionOf(entry: UnknownRecord): DeclaredBackend["session"] {
  if (isHermes(entry)) return { by: "header", name: "x-hermes-session-id" };
  return textOf(entry["name"]).startsWith("nanobot") ? { by: "body", field: "session_id" } : { by: "user" };
}

function isHermes(entry: UnknownRecord): boolean {
  return textOf(entry["name"]).startsWith("hermes");
}

function environmentOf(entry: UnknownRecord): Record<string, string> {
  const own = Object.entries(recordOf(entry["extra_env"])).map(([name, value]) => [name, literal(textOf(value))]);
  const carried = textsOf(entry["user_overridable_env"]).filter((name) => carriedVariables.has(name));
  const all = Object.fromEntries([...own, ...carried.map((name) => [name, `\${${name}}`])]) as Record<string, string>;
  const { [keyVariableOf(entry)]: _given, ...others } = all;
  return others;
}

/** It puts nothing in the place of `${NAME}` here, but only in its templates. */
function literal(text: string): string {
  return text.replaceAll("${", () => "$${");
}

function keyOf(entry: UnknownRecord): DeclaredBackend["key"] {
  const scheme = textOf(entry["api_key_scheme"] ?? "Bearer");
  return {
    env: keyVariableOf(entry),
    header: (textOf(entry["api_key_header"]) || "authorization").toLowerCase(),
    prefix: scheme === "" ? "" : `${scheme} `,
  };
}

function keyVariableOf(entry: UnknownRecord): string {
  return textOf(entry["api_key_env"]) || "OPENAI_API_KEY";
}

/** It sends the name that a person chose: the entry's own, or one of its others. */
function modelOf(entry: UnknownRecord): DeclaredBackend["model"] {
  if (textOf(entry["forward_model_env"]) !== "") return { send: "configured" };
  return { send: "literal", name: textsOf(entry["extra_models"])[0] ?? textOf(entry["name"]) };
}

function idleSecondsOf(entry: UnknownRecord): number {
  const seconds = entry["default_idle_seconds"];
  return typeof seconds === "number" && seconds >= 0 ? Math.min(seconds, maxIdleTimeoutSeconds) : usualIdleSeconds;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function listed(names: readonly string[]): string {
  const [few, others] = [names.slice(0, 8), names.length - 8];
  return `${few.map(shown).join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
}

/** Somebody else wrote it: bounded, and in one line. */
function shown(text: string): string {
  return text.slice(0, maxShownCharacters).replaceAll(/[\s\p{Cc}]+/gu, " ");
}
