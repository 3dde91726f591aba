import type { Readable } from "node:stream";

import { FatalError } from "./exit.js";

const tokenWaitMs = 10_000;
const maxTokenBytes = 4096;

export interface Settings {
  readonly configUrl: string;
  readonly stateDir: string;
  readonly runDir: string;
  /** Where the installed software is, and what came with it. */
  readonly softwareDir: string;
  /** The child listens here, and the canned model of the warm-up on the next one. */
  readonly port: number;
  readonly exitsWithParent: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the supervisor's settings; the environment never holds a secret. */
export function readSettings(env: Environment): Settings {
  return {
    configUrl: required(env, "MOSAIC_CONFIG_URL").replace(/(?<!\/)\/+$/, ""),
    stateDir: required(env, "MOSAIC_AGENT_STATE_DIR"),
    runDir: required(env, "MOSAIC_AGENT_RUN_DIR"),
    softwareDir: required(env, "MOSAIC_AGENT_SOFTWARE_DIR"),
    port: readPort(required(env, "MOSAIC_AGENT_PORT")),
    exitsWithParent: env["MOSAIC_EXIT_WITH_PARENT"] === "1",
  };
}

/**
 * The first line of standard input. After it, `onParentGone` is called when standard input ends: in the process runtime that means that
 * the parent died. In a container the end of standard input means nothing.
 */
export function readToken(stdin: Readable, onParentGone: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    let hasToken = false;
    const refuse = (reason: string): void => {
      clearTimeout(timer);
      reject(new FatalError("token-missing", 78, reason));
    };
    const timer = setTimeout(() => refuse("no token came on standard input within 10 s"), tokenWaitMs);
    const takeLine = (): void => {
      const token = text.slice(0, text.indexOf("\n")).trim();
      if (!/^[\x21-\x7e]+$/.test(token)) return refuse("the first line of standard input is not a token");
      hasToken = true;
      clearTimeout(timer);
      resolve(token);
    };
    const end = (): void => (hasToken ? onParentGone() : refuse("standard input was closed before the token came"));
    stdin.on("data", (chunk) => {
      if (hasToken) return;
      text += String(chunk);
      if (text.includes("\n")) takeLine();
      else if (text.length > maxTokenBytes) refuse("the first line of standard input is not a token");
    });
    stdin.on("end", end);
    stdin.on("error", end);
  });
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new FatalError("settings-invalid", 78, `${name} is not set`);
  return value;
}

function readPort(text: string): number {
  const port = Number(text);
  // The canned model of the warm-up listens on the next one.
  if (!Number.isInteger(port) || port < 1 || port > 65_534) throw new FatalError("settings-invalid", 78, "MOSAIC_AGENT_PORT is not a port");
  return port;
}
