import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { RuntimeError } from "../agent-runtime.js";
import type { HostEnvironment } from "./child-environment.js";

type Command = readonly [string, ...string[]];

const run = promisify(execFile);
const probeTimeoutMs = 20_000;

/** The npm of this machine, under our Node where that works. Debian's finds its own parts only under Debian's Node. */
export async function findNpm(nodePath: string, environment: HostEnvironment, signal: AbortSignal): Promise<Command> {
  for (const command of await candidates(nodePath, environment)) {
    signal.throwIfAborted();
    const [file, ...args] = command;
    const isGood = await run(file, [...args, "--version"], { env: npmEnvironment(environment), timeout: probeTimeoutMs }).then(
      () => true,
      () => false,
    );
    if (isGood) return command;
  }
  throw new RuntimeError("install_failed", "npm was not found on this machine. It is needed once, for the installation.");
}

async function candidates(nodePath: string, environment: HostEnvironment): Promise<Command[]> {
  const commands: Command[] = [];
  const inherited = environment["npm_execpath"];
  if (inherited && basename(inherited) === "npm-cli.js") commands.push([nodePath, inherited]);
  const folders = [...(environment["PATH"] ?? "").split(delimiter).filter(Boolean), dirname(nodePath)];
  for (const folder of folders) {
    const npm = join(folder, "npm");
    const script = await realpath(npm).catch(() => null);
    if (script === null) continue;
    if (basename(script) === "npm-cli.js") commands.push([nodePath, script]);
    commands.push([npm]);
  }
  return commands;
}

/** npm runs no script of a package here, so it may see the user's settings; Mosaic's own secrets are none of its business. */
export function npmEnvironment(host: HostEnvironment): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined || /^(MOSAIC_|DATABASE_URL$|PG|NODE_OPTIONS$|npm_(package|lifecycle)_|npm_command$)/.test(name)) continue;
    environment[name] = value;
  }
  return environment;
}
