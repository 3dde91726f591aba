import type { Launch } from "@mosaic/contracts/agent-config";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import type { Readable } from "node:stream";

import { childEnvironment } from "./child-environment.js";
import type { Fill } from "./launch.js";
import { LogLines, type TurnFault } from "./log-lines.js";
import type { Environment, Settings } from "./settings.js";

const killAfterMs = 8_000;
const maxLineLength = 2_000;
const setpriv = "/usr/bin/setpriv";

export interface Exit {
  readonly code: number;
  /** The line that tells most: the last one on standard error, but for a machine that is too busy. */
  readonly reason: string;
}

/** The agent's software while it runs. */
export interface Child {
  /** Resolves once. */
  readonly exited: Promise<Exit>;
  /** Calls `listener` with what the child's log says of each turn that failed. */
  tellTurnFaults(listener: (fault: TurnFault) => void): void;
  stop(): Promise<Exit>;
  /** Whether it took over a changed configuration: as soon as it says so, or `true` after the time that it takes at most. */
  confirmReload(): Promise<boolean>;
}

/**
 * Starts the software in the supervisor's own process group, so that whoever kills the group with SIGKILL leaves nothing behind. In the
 * process runtime the kernel also ends it when the supervisor dies, where setpriv is there to ask for that.
 */
export function startChild(settings: Settings, launch: Launch, fill: Fill, env: Environment): Child {
  const own = Object.fromEntries(Object.entries(launch.env).map(([name, value]) => [name, fill(value)]));
  const command = [launch.command, ...launch.args, ...(launch.relay?.args ?? [])].map(fill);
  if (settings.exitsWithParent && existsSync(setpriv)) command.unshift(setpriv, "--pdeathsig", "KILL");
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd: settings.stateDir,
    env: childEnvironment(settings, own, env),
    stdio: ["ignore", "pipe", "pipe"],
  });

  const seen = new SeenOutput(new LogLines(launch));
  eachLine(child.stdout, (line) => seen.read(line));
  eachLine(child.stderr, (line) => seen.readError(line));
  process.once("exit", () => child.kill("SIGKILL"));
  const exited = exitOf(child, seen);
  return {
    exited,
    tellTurnFaults: (listener) => (seen.onTurnFault = listener),
    stop: () => stop(child, exited),
    confirmReload: async () => launch.reload === null || seen.nextReload(launch.reload.patienceMs),
  };
}

function exitOf(child: ChildProcess, seen: SeenOutput): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 127, reason: `the gateway can't be run: ${error.message}` }));
    child.once("close", (code, signal) =>
      resolve({
        code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        reason: seen.lastWord(code) || (signal === null ? "" : `ended by ${signal}`),
      }),
    );
  });
}

async function stop(child: ChildProcess, exited: Promise<Exit>): Promise<Exit> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const exit = await exited;
  clearTimeout(timer);
  return exit;
}

/** Both outputs copy the conversation. They are read so that the child never blocks, and kept nowhere but for a line. */
class SeenOutput {
  onTurnFault: ((fault: TurnFault) => void) | null = null;
  private readonly lines: LogLines;
  private lastError = "";
  private tooBusy = "";
  private onReload: ((isAccepted: boolean) => void) | null = null;

  constructor(lines: LogLines) {
    this.lines = lines;
  }

  read(line: string): void {
    const fault = this.lines.turnFaultIn(line);
    if (fault !== null) this.onTurnFault?.(fault);
    this.tooBusy ||= this.lines.tooBusyIn(line);
    const reload = this.onReload && this.lines.reloadIn(line);
    if (reload) this.onReload?.(reload === "accepted");
  }

  readError(line: string): void {
    this.read(line);
    if (/\S/.test(line) && !/^\s+at /.test(line)) this.lastError = line.trim();
  }

  lastWord(exitCode: number | null): string {
    return (this.lines.endsTooBusy(exitCode) && this.tooBusy) || this.lastError;
  }

  nextReload(patienceMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isAccepted: boolean): void => {
        clearTimeout(timer);
        if (this.onReload === end) this.onReload = null;
        resolve(isAccepted);
      };
      const timer = setTimeout(() => end(true), patienceMs);
      this.onReload = end;
    });
  }
}

function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = (lines.pop() ?? "").slice(-maxLineLength);
    for (const line of lines) onLine(line.slice(0, maxLineLength));
  });
  stream.on("end", () => rest && onLine(rest));
}
