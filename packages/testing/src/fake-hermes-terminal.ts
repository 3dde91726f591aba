import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import type { Environment } from "./fake-hermes-settings.js";
import type { ToolCall } from "./fake-hermes-upstream.js";

const limitMs = 180_000;
const maxOutputCharacters = 50_000;

export const terminalTool = {
  type: "function",
  function: {
    name: "terminal",
    description: "Runs a command of the shell.",
    parameters: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
  },
};

/** What Hermes shows of a call while it runs. */
export function labelOf(call: ToolCall): string {
  return commandOf(call) || call.name;
}

/** Runs one command of the model's. It gets no key of Hermes' own. */
export async function runTerminal(call: ToolCall, cwd: string, env: Environment, signal: AbortSignal): Promise<string> {
  if (call.name !== "terminal") return JSON.stringify({ error: `Unknown tool: ${call.name}` });
  mkdirSync(cwd, { recursive: true });
  const { PATH, HOME, HERMES_HOME } = env;
  const options = { cwd, env: { PATH, HOME, HERMES_HOME }, timeout: limitMs, signal };
  return new Promise((resolve, reject) => {
    execFile("/bin/sh", ["-c", commandOf(call)], options, (error, stdout, stderr) => {
      if (signal.aborted) reject(signal.reason);
      else resolve(JSON.stringify({ output: (stdout + stderr).slice(0, maxOutputCharacters), exit_code: error?.code ?? 0, error: null }));
    });
  });
}

function commandOf(call: ToolCall): string {
  try {
    const { command }: { command?: unknown } = JSON.parse(call.arguments);
    return typeof command === "string" ? command : "";
  } catch {
    return "";
  }
}
