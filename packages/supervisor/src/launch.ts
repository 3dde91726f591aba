import type { Launch, Warmup } from "@mosaic/contracts/agent-config";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { FatalError } from "./exit.js";
import { isRecord } from "@mosaic/incoming/records";
import { parseJson } from "./json.js";
import type { ReadBundle } from "./bundle.js";
import type { Settings } from "./settings.js";

const imagesOwn = "launch.json";

/** What an image was made to run, for a Mosaic of the time before bundles said it. */
export async function launchOfImage(softwareDir: string): Promise<Launch> {
  const text = await readFile(join(softwareDir, imagesOwn), "utf8").catch(() => null);
  if (text === null) throw new FatalError("bundle-invalid", 78, "neither the bundle nor the image says what to run");
  try {
    return readLaunch(parseJson(text, imagesOwn));
  } catch (error) {
    throw new FatalError("bundle-invalid", 78, error instanceof Error ? error.message : String(error));
  }
}

/** Puts what this container knows in the place of the words in braces. Other braces stay. */
export type Fill = (text: string) => string;

export function fillerOf(settings: Pick<Settings, "runDir" | "stateDir" | "softwareDir" | "port">, warmup: Warmup | null): Fill {
  const known = new Map([
    ["run", settings.runDir],
    ["state", settings.stateDir],
    ["software", settings.softwareDir],
    ["port", String(settings.port)],
    ["node", process.execPath],
    ...(warmup === null ? [] : Object.entries(warmup)),
  ]);
  return (text) => text.replaceAll(/\{(\w+)\}/g, (braced, word: string) => known.get(word) ?? braced);
}

/** Whether the next bundle changes what the software reads at its start only. */
export function needsAnotherStart(present: ReadBundle, next: ReadBundle): boolean {
  return readAtStart(present) !== readAtStart(next);
}

function readAtStart({ files, launch }: ReadBundle): string {
  const live = new Set(launch?.liveFiles);
  const { command, args, env } = launch ?? {};
  return JSON.stringify([command, args, env, files.filter(({ root, path }) => !live.has(`${root}/${path}`))]);
}

/** Takes what it knows of a launch, and throws an Error that names what is missing. What it does not know is for another supervisor. */
export function readLaunch(value: unknown): Launch {
  const launch = part(value, "launch");
  const readiness = part(launch["readiness"], "readiness");
  const log = part(launch["log"], "log");
  return {
    command: text(launch["command"], "command"),
    args: list(launch["args"], "args", text),
    env: texts(launch["env"], "env"),
    relay: optional(launch["relay"], "relay", relay),
    // An image's own launch, of before, has neither secrets nor live files.
    secretEnv: list(launch["secretEnv"] ?? [], "secretEnv", text),
    configFile: optional(launch["configFile"], "configFile", text),
    liveFiles: list(launch["liveFiles"] ?? [], "liveFiles", text),
    readiness: { path: text(readiness["path"], "readiness.path"), port: optional(readiness["port"], "readiness.port", whole) },
    reload: optional(launch["reload"], "reload", reload),
    memoryFile: optional(launch["memoryFile"], "memoryFile", text),
    log: { turnFault: optional(log["turnFault"], "log.turnFault", turnFault), tooBusy: optional(log["tooBusy"], "log.tooBusy", tooBusy) },
    repairs: list(launch["repairs"], "repairs", repair),
    warmUp: optional(launch["warmUp"], "warmUp", warmUp),
  };
}

function relay(value: unknown, name: string): NonNullable<Launch["relay"]> {
  return { args: list(part(value, name)["args"], `${name}.args`, text) };
}

function reload(value: unknown, name: string): NonNullable<Launch["reload"]> {
  const { lines, refusals, patienceMs } = part(value, name);
  return {
    lines: words(lines, `${name}.lines`),
    refusals: words(refusals, `${name}.refusals`),
    patienceMs: whole(patienceMs, `${name}.patienceMs`),
  };
}

function turnFault(value: unknown, name: string): NonNullable<Launch["log"]["turnFault"]> {
  const { lines, idAfter, idStart, tellFrom } = part(value, name);
  return {
    lines: list(lines, `${name}.lines`, words),
    idAfter: text(idAfter, `${name}.idAfter`),
    idStart: text(idStart, `${name}.idStart`),
    tellFrom: words(tellFrom, `${name}.tellFrom`),
  };
}

function tooBusy(value: unknown, name: string): NonNullable<Launch["log"]["tooBusy"]> {
  const { lines, exitCodes } = part(value, name);
  return { lines: words(lines, `${name}.lines`), exitCodes: list(exitCodes, `${name}.exitCodes`, whole) };
}

function repair(value: unknown, name: string): Launch["repairs"][number] {
  const { name: what, database, tables, statements } = part(value, name);
  return {
    name: text(what, `${name}.name`),
    database: text(database, `${name}.database`),
    tables: list(tables, `${name}.tables`, text),
    statements: list(statements, `${name}.statements`, text),
  };
}

function warmUp(value: unknown, name: string): NonNullable<Launch["warmUp"]> {
  const { path, headers, body, failure } = part(value, name);
  return {
    path: text(path, `${name}.path`),
    headers: texts(headers, `${name}.headers`),
    body: text(body, `${name}.body`),
    failure: text(failure, `${name}.failure`),
  };
}

type Read<T> = (value: unknown, name: string) => T;

function part(value: unknown, name: string): Record<string, unknown> {
  if (!isRecord(value)) throw unusable(name);
  return value;
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw unusable(name);
  return value;
}

function whole(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) throw unusable(name);
  return value;
}

/** None would be in no line, and an empty one in every line. */
function words(value: unknown, name: string): string[] {
  const all = list(value, name, text);
  if (all.length === 0 || all.includes("")) throw unusable(name);
  return all;
}

function list<T>(value: unknown, name: string, read: Read<T>): T[] {
  if (!Array.isArray(value)) throw unusable(name);
  return value.map((each: unknown) => read(each, name));
}

function texts(value: unknown, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(part(value, name)).map(([key, each]) => [key, text(each, `${name}.${key}`)]));
}

function optional<T>(value: unknown, name: string, read: Read<T>): T | null {
  return value === null || value === undefined ? null : read(value, name);
}

function unusable(name: string): Error {
  return new Error(`what to run is not understood: "${name}" is missing or wrong`);
}
