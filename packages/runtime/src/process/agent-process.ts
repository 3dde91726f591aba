import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { RuntimeError } from "../agent-runtime.js";
import { toLogLines } from "../log-lines.js";
import { LogTail } from "../log-tail.js";
import type { ExitRecord } from "./agent-records.js";
import { identityOf, type ProcessIdentity } from "./process-identity.js";

/** What V8 ends with when the heap is full. */
const abortedExit = 128 + constants.signals.SIGABRT;
/** A shell's, of a command that is not there. */
const notStartedExit = 127;
const outOfMemory = /out of memory|heap limit/i;

export interface AgentProcess {
  readonly identity: ProcessIdentity;
  readonly exited: Promise<ExitRecord>;
  readonly hasExited: boolean;
  /** The end of what it has said so far. */
  said(): string;
  /** The line goes to standard input, which stays open: its end tells the child that its parent is gone. */
  handOver(line: string): void;
  stop(graceMs: number): Promise<void>;
}

interface Command {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Record<string, string>;
}

/** Starts a child in a process group of its own, so that one signal ends it with all that it started. */
export async function startAgentProcess({ command, cwd, environment }: Command): Promise<AgentProcess> {
  const [file, ...args] = command;
  const child = spawn(file, args, { cwd, env: environment, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => undefined);
  const said = drain(child);
  const exited = exitOf(child, said);
  try {
    await once(child, "spawn");
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown reason";
    throw new RuntimeError("refused", `The agent's process could not be started: ${reason}`, { cause: error });
  }
  const pid = child.pid ?? 0;
  const identity = (await identityOf(pid)) ?? { pid, startTime: "ended" };
  return {
    identity,
    exited,
    get hasExited() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    said,
    handOver: (line) => void child.stdin.write(`${line}\n`),
    async stop(graceMs) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => sendSignal(-pid, "SIGKILL"), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** To a process that is known to be ours, or its group: the negative number. */
export function sendSignal(target: number, signal: NodeJS.Signals): void {
  if (Math.abs(target) <= 1) return;
  try {
    process.kill(target, signal);
  } catch {
    // Nobody is left.
  }
}

async function exitOf(child: ChildProcess, said: () => string): Promise<ExitRecord> {
  const ending = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const [code, signal] = await ending.catch(() => [notStartedExit, null] as const);
  // The leader alone is gone; what it started must not outlive it, whatever it died of.
  sendSignal(-(child.pid ?? 0), "SIGKILL");
  child.stdin?.destroy();
  const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  const wasOutOfMemory = exitCode === abortedExit || (exitCode !== 0 && outOfMemory.test(toLogLines(said(), 1).join("")));
  return { exitCode, wasOutOfMemory };
}

/** Reads all that the child says, so that it never blocks, and keeps only the end. */
export function drain(child: ChildProcess): () => string {
  const tail = new LogTail();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (bytes: Buffer) => tail.push(bytes));
  }
  return () => tail.text();
}
