import { z } from "zod";
import { imageName, updateBackend } from "./admin-containers.js";
import { backendId } from "./agent.js";
import { hasSecret, unknownPlaceholderIn } from "./declared-template.js";
import { says } from "./field-faults.js";

const mebibyte = 1024 ** 2;
const maxTextCharacters = 16 * 1024;

const oneLine = z.string().regex(/^\P{Cc}*$/u, says.line_breaks);

/** A text with placeholders: `${LLM_MODEL}`, and `$${` for what is none. */
const template = z
  .string()
  .max(maxTextCharacters)
  .superRefine((text, context) => {
    const unknown = unknownPlaceholderIn(text);
    if (unknown !== null) {
      context.addIssue({ code: "custom", input: text, params: { placeholder: unknown } });
    }
  });

const withoutZero = template.refine((text) => !text.includes("\u0000"), { error: says.control_characters, when: isText });

const variableName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, says.variable_name)
  .refine((name) => !/^(?:MOSAIC|LD)_/i.test(name) && name !== "NODE_OPTIONS", {
    error: says.variable_taken,
    when: isText,
  });

/** Beside those of HTTP itself, what Mosaic sends with each message. */
const takenHeaders = new Set(["accept", "connection", "content-length", "content-type", "host", "transfer-encoding"]);
const headerName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9-]+$/, says.header_name)
  .refine((name) => !takenHeaders.has(name), { error: says.header_taken, when: isText });

/** No segment of it is empty, `.` or `..`. */
const relativePath = z
  .string()
  .max(200)
  .regex(/^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]+)*$/, says.path_relative);

/** Nothing in them is the agent's. Of the others, only the folder itself is the system's. */
const systemFolders = ["/proc", "/sys", "/dev", "/tmp", "/run", "/opt/mosaic", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/boot"];
const sharedFolders: ReadonlySet<string> = new Set([
  "/opt",
  "/usr",
  "/var",
  "/home",
  "/root",
  "/mnt",
  "/srv",
  "/usr/bin",
  "/usr/lib",
  "/usr/local",
]);
const stateDir = z
  .string()
  .max(200)
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]+)+$/, says.path_absolute)
  .refine((path) => !sharedFolders.has(path) && !systemFolders.some((folder) => path === folder || path.startsWith(`${folder}/`)), {
    error: says.path_of_system,
    when: isText,
  });

const declaredFile = z
  .strictObject({
    /** `run` is in memory and ends with the container; `state` is the agent's volume. */
    root: z.enum(["state", "run"]),
    path: relativePath,
    content: template,
    /** How a value is written inside double quotes. `none`: as it is. */
    escape: z.enum(["none", "json", "yaml"]).default("none"),
    /** When the software reads it: at its start alone, or again at each turn. */
    reads: z.enum(["start", "turn"]).default("start"),
  })
  .refine(({ root, content }) => root === "run" || !hasSecret(content), { path: ["root"], message: says.secret_in_state });

const key = z.strictObject({
  /** The variable in which the agent's server finds the key that it asks for. */
  env: variableName,
  header: headerName.default("authorization"),
  prefix: oneLine.max(40).default("Bearer "),
});

const bodyField = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, says.variable_name)
  .refine((field) => !["messages", "model", "stream", "stream_options", "__proto__"].includes(field), {
    error: says.body_field_taken,
    when: isText,
  });

const session = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("user") }),
  z.strictObject({ by: z.literal("body"), field: bodyField }),
  z.strictObject({ by: z.literal("header"), name: headerName }),
  z.strictObject({ by: z.literal("none") }),
]);

const model = z.discriminatedUnion("send", [
  z.strictObject({ send: z.literal("omit") }),
  z.strictObject({ send: z.literal("configured") }),
  z.strictObject({ send: z.literal("literal"), name: oneLine.min(1).max(200) }),
]);

const bounds = updateBackend.shape;

const limits = z.strictObject({
  memoryBytes: bounds.memoryLimitBytes.unwrap().default(1024 * mebibyte),
  nanoCpus: bounds.nanoCpus.unwrap().default(1_000_000_000),
  pids: bounds.pidsLimit.unwrap().default(256),
  stateBytes: bounds.stateLimitBytes.unwrap().default(2048 * mebibyte),
});

const notYet = z.array(z.string().max(200)).max(0, says.network_not_yet).default([]);

/** A kind of agent that an admin adds without code: an image whose software speaks OpenAI's chat API. docs/backends.md walks through one. */
export const declaredBackend = z
  .strictObject({
    id: backendId,
    /** What people call it. */
    label: oneLine.trim().min(1).max(60),
    /** What it is good at, in a sentence. */
    description: oneLine.trim().max(300).default(""),
    image: imageName,
    /** The image's own entrypoint is not run: Mosaic's supervisor is, and it starts this. */
    command: z.array(withoutZero.max(1024)).min(1, says.command_needed).max(32),
    /** The uid, and the group's. */
    user: z.int().min(1).max(65_534),
    port: z.int().min(1).max(65_534),
    /** Answers 200 without a key once messages can be taken. */
    readyPath: z
      .string()
      .max(200)
      .regex(/^\/[\w./~%?&=+-]*$/, says.path_of_address)
      .default("/health"),
    /** Where the agent's volume is. */
    stateDir,
    /** The file or folder of the volume without which there is no memory. `null`: whatever lies there is the memory. */
    memoryFile: relativePath.nullable().default(null),
    /** Whether the software writes outside its volume, `/tmp` and its run folder. */
    writesRoot: z.boolean().default(true),
    // A database keeps no order of names, and the same declaration must be told from a changed one.
    environment: z.record(z.string(), withoutZero).overwrite(sortedByName).default({}),
    files: z.array(declaredFile).max(16).default([]),
    /** `null`: the agent's server asks for none. */
    key: key.nullable().default(null),
    session: session.default({ by: "user" }),
    /** What a message brings: itself, or all that was said before it, too. */
    history: z.enum(["last", "whole"]).default("last"),
    model: model.default({ send: "omit" }),
    limits: limits.prefault({}),
    readyTimeoutMs: bounds.readyTimeoutMs.unwrap().default(120_000),
    /** 0 = never stopped for being idle. */
    idleTimeoutSeconds: bounds.defaultIdleTimeoutSeconds.unwrap().default(1800),
    extraHosts: notYet,
    networks: notYet,
    dns: notYet,
  })
  .superRefine((declared, context) => {
    for (const { path, message } of faultsAcross(declared)) {
      context.addIssue({ code: "custom", path: [...path], message, input: undefined });
    }
  })
  .meta({ id: "DeclaredBackend" });
export type DeclaredBackend = z.infer<typeof declaredBackend>;

/** What an export is, and what `MOSAIC_BACKENDS_FILE` names. */
export const declaredBackendFile = z
  .strictObject({
    version: z.literal(1),
    backends: z
      .array(declaredBackend)
      .max(100)
      .refine((backends) => hasEachOnce(backends.map(({ id }) => id)), says.once_each),
  })
  .meta({ id: "DeclaredBackendFile" });
export type DeclaredBackendFile = z.infer<typeof declaredBackendFile>;

interface FaultAt {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Checked = Pick<DeclaredBackend, "command" | "environment" | "files" | "key" | "session">;

function* faultsAcross({ command, environment, files, key: asked, session: told }: Checked): Generator<FaultAt> {
  if (command[0]?.trim() === "") {
    yield { path: ["command", 0], message: says.command_needed };
  }
  for (const [index, part] of command.entries()) {
    if (hasSecret(part)) yield { path: ["command", index], message: says.secret_in_command };
  }
  const names = Object.keys(environment);
  if (names.length > 100) {
    yield { path: ["environment"], message: says.too_many_variables };
  }
  for (const name of names) {
    const message = variableName.safeParse(name).error?.issues[0]?.message;
    if (message !== undefined) yield { path: ["environment", name], message };
  }
  if (asked !== null && Object.hasOwn(environment, asked.env)) {
    yield { path: ["key", "env"], message: says.variable_twice };
  }
  if (asked !== null && told.by === "header" && told.name === asked.header) {
    yield { path: ["session", "name"], message: says.header_taken };
  }
  for (const [index, { root, path }] of files.entries()) {
    const isTaken = files.slice(0, index).some((other) => other.root === root && overlaps(other.path, path));
    if (isTaken) yield { path: ["files", index, "path"], message: says.file_twice };
  }
}

/** The same file, or one that lies in the other. */
function overlaps(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

function sortedByName(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function hasEachOnce(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** Zod asks a refinement of a text even where there is none, once a check before it has failed. */
function isText({ value }: { value: unknown }): boolean {
  return typeof value === "string";
}
