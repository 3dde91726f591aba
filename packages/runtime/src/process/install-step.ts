import { spawn } from "node:child_process";
import { RuntimeError } from "../agent-runtime.js";
import { lastWords } from "../last-words.js";
import { sendSignal } from "./agent-process.js";

interface InstallStep {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Record<string, string>;
  readonly signal: AbortSignal;
}

const maxKept = 8_000;

/** Runs one command of an installation to its end. An abort ends it with all that it started. */
export async function runInstallStep({ command, cwd, environment, signal }: InstallStep): Promise<void> {
  signal.throwIfAborted();
  const [file, ...args] = command;
  const child = spawn(file, args, { cwd, env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-maxKept)));
  }
  const onAbort = () => sendSignal(-(child.pid ?? 0), "SIGKILL");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const ending = await new Promise<string | null>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, by) => resolve(code === 0 ? null : `it ended with ${by ?? `code ${code}`}`));
    });
    signal.throwIfAborted();
    if (ending !== null) throw new RuntimeError("install_failed", `${ending}.\n${lastWords(said)}`.trim());
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
