import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { RuntimeError, type AgentRuntime } from "@mosaic/runtime/agent-runtime";
import { backup } from "./cli/backup.js";
import { CommandError, readSecret, terminal, withDatabase } from "./cli/command.js";
import { examine, unconfigured, type Finding } from "./cli/doctor.js";
import { restore } from "./cli/restore.js";
import { rotateKey } from "./cli/rotate-key.js";
import { readSetting } from "./cli/stored-settings.js";
import { SealError } from "./modules/crypto/sealed-box.js";
import { readRuntimeKind, runtimes } from "./modules/runtime-host/runtime-registry.js";
import { ConfigurationError, readEnv, type Env } from "./platform/config/env.js";
import { explainDatabaseFault } from "./platform/database/database-words.js";
import { migrate, MigrationError } from "./platform/database/migrator.js";

const migrationsFolder = fileURLToPath(new URL("../../../prisma/migrations", import.meta.url));

const help = `mosaic: what an operator does from the command line

  mosaic admin create-breakglass [--name NAME]   make the account that always works (password on standard input, or asked for)
  mosaic admin reset-breakglass                  give it a new password; its sessions and access tokens end
  mosaic rotate-key [--new-key-file FILE]        seal everything anew under another secret key, while Mosaic runs
  mosaic doctor [--json]                         look at everything that Mosaic needs; exit code 1 when something fails
  mosaic backup FILE                             database and agents' states into one new file
  mosaic restore FILE                            the same back, into an empty installation

It reads the same environment as the server: DATABASE_URL and MOSAIC_SECRET_KEY at least.`;

interface Arguments {
  readonly words: readonly string[];
  readonly name: string;
  readonly newKeyFile: string | undefined;
  readonly isJson: boolean;
}

function parse(argv: readonly string[]): Arguments | null {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      name: { type: "string", default: userInfo().username },
      "new-key-file": { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return values.help || positionals.length === 0
    ? null
    : { words: positionals, name: values.name, newKeyFile: values["new-key-file"], isJson: values.json };
}

/** Only where it is needed: the other commands have to work when the application does not even load. */
const loadBreakglass = async (): Promise<typeof import("./cli/breakglass.js")> => import("./cli/breakglass.js");

type Command = (env: Env, words: Arguments) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  doctor: async (env, { isJson }) =>
    show(await examine({ env, migrationsFolder, createRuntime: (kind, instanceId) => runtimes[kind].create({ env, instanceId }) }), isJson),
  "admin create-breakglass": async (env, { name }) => {
    await migrate(env.DATABASE_URL.open(), migrationsFolder);
    const password = await readSecret("Password");
    const { createBreakglass } = await loadBreakglass();
    await createBreakglass(env, name, password, terminal);
    return 0;
  },
  "admin reset-breakglass": async (env) => {
    await migrate(env.DATABASE_URL.open(), migrationsFolder);
    const password = await readSecret("New password");
    const { resetBreakglass } = await loadBreakglass();
    await resetBreakglass(env, password, terminal);
    return 0;
  },
  "rotate-key": async (env, { newKeyFile }) => rotate(env, newKeyFile),
  backup: async (env, { words }) => {
    const file = fileOf(words, "backup");
    await withDatabase(env.DATABASE_URL.open(), async (database) => {
      const runtime = await chosenRuntime(env, database);
      try {
        await backup(database, { file, runtime, terminal });
      } finally {
        await runtime?.close();
      }
    });
    return 0;
  },
  restore: async (env, { words }) => {
    const file = fileOf(words, "restore");
    await migrate(env.DATABASE_URL.open(), migrationsFolder);
    const secret = env.MOSAIC_SECRET_KEY.open();
    await withDatabase(env.DATABASE_URL.open(), async (database) =>
      restore(database, {
        file,
        secret,
        openRuntime: (instanceId, kind) => openRuntime(env, instanceId, env.MOSAIC_RUNTIME ?? kind),
        terminal,
      }),
    );
    return 0;
  },
};

/** How many words belong to a command, its file's name included. */
const wordCounts: Readonly<Record<string, number>> = { "admin create-breakglass": 2, "admin reset-breakglass": 2, backup: 2, restore: 2 };

async function run(given: Arguments): Promise<number> {
  const [first = "", second = ""] = given.words;
  const name = first === "admin" ? `admin ${second}` : first;
  const command = commands[name];
  if (command === undefined || given.words.length > (wordCounts[name] ?? 1)) {
    throw new CommandError(`There is no command "${given.words.join(" ")}".\n\n${help}`);
  }
  const env = configuration();
  if (env instanceof ConfigurationError) {
    if (name === "doctor") {
      return show(unconfigured(env), given.isJson);
    }
    throw env;
  }
  return command(env, given);
}

function configuration(): Env | ConfigurationError {
  try {
    return readEnv();
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error;
    }
    throw error;
  }
}

async function rotate(env: Env, newKeyFile: string | undefined): Promise<number> {
  const newSecret =
    newKeyFile === undefined
      ? await readSecret("New secret key (empty: go on with a rotation that was begun)")
      : (await readFile(newKeyFile, "utf8")).trim();
  if (newSecret !== "" && newSecret.length < 32) {
    throw new CommandError("A secret key has at least 32 characters. Make one: openssl rand -base64 48");
  }
  const { count } = await withDatabase(env.DATABASE_URL.open(), async (database) =>
    rotateKey(database, { currentSecret: env.MOSAIC_SECRET_KEY.open(), newSecret: newSecret === "" ? null : newSecret, terminal }),
  );
  terminal.say(
    `${count} values were sealed anew. Set MOSAIC_SECRET_KEY to the new key now: what runs goes on, and the next start needs it. Back the new key up.`,
  );
  return 0;
}

function show(findings: readonly Finding[], isJson: boolean): number {
  const marks = { ok: "ok      ", warning: "warning ", failing: "FAILING " };
  terminal.say(
    isJson
      ? JSON.stringify({ checks: findings }, null, 2)
      : findings.map(({ check, state, detail }) => `${marks[state]} ${check}: ${detail}`).join("\n"),
  );
  return findings.some(({ state }) => state === "failing") ? 1 : 0;
}

function fileOf([, file = ""]: readonly string[], command: string): string {
  if (file === "") {
    throw new CommandError(`Name the file: mosaic ${command} FILE`);
  }
  return file;
}

async function chosenRuntime(env: Env, database: Parameters<Parameters<typeof withDatabase>[1]>[0]): Promise<AgentRuntime | null> {
  const instanceId = (await readSetting(database, "instance.id")) ?? "";
  return openRuntime(env, instanceId, env.MOSAIC_RUNTIME ?? (await readSetting(database, "runtime.kind")));
}

function openRuntime(env: Env, instanceId: string, kind: string | null): AgentRuntime | null {
  const read = readRuntimeKind(kind);
  if (read.fault !== null) {
    throw new CommandError(`${read.fault} Nothing was changed.`);
  }
  return read.kind === null ? null : runtimes[read.kind].create({ env, instanceId });
}

function wordsOf(error: unknown): string {
  if (error instanceof CommandError || error instanceof ConfigurationError || error instanceof MigrationError) {
    return error.message;
  }
  if (error instanceof RuntimeError) {
    return error.detail;
  }
  if (error instanceof SealError) {
    return `Something in the database does not open with this key (${error.message}). Nothing was changed since.`;
  }
  return explainDatabaseFault(error) ?? (error instanceof Error ? error.message : "Something went wrong.");
}

async function main(): Promise<number> {
  try {
    const parsed = parse(process.argv.slice(2));
    if (parsed === null) {
      terminal.say(help);
      return 0;
    }
    return await run(parsed);
  } catch (error) {
    terminal.note(wordsOf(error));
    return 1;
  }
}

process.exitCode = await main();
