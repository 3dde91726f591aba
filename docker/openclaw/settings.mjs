// What the supervisor is told from outside: its environment, and the container's token on standard input.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { FatalError } from "./exit.mjs";

const DEFAULT_GATEWAY_PORT = 18789;
const TOKEN_WAIT_MS = 10_000;
const MAX_TOKEN_BYTES = 4096;

/** Reads the supervisor's settings; the environment never holds a secret. */
export function readSettings(env) {
  return {
    configUrl: required(env, "MOSAIC_CONFIG_URL").replace(/(?<!\/)\/+$/, ""),
    stateDir: required(env, "MOSAIC_AGENT_STATE_DIR"),
    runDir: required(env, "MOSAIC_AGENT_RUN_DIR"),
    port: readPort(env.MOSAIC_AGENT_PORT),
    exitsWithParent: env.MOSAIC_EXIT_WITH_PARENT === "1",
    openclawDir: env.MOSAIC_OPENCLAW_DIR || dirname(fileURLToPath(import.meta.url)),
  };
}

/**
 * The first line of standard input. After it, `onParentGone` is called when standard input ends: in the process runtime that means that
 * the parent died. In a container the end of standard input means nothing.
 */
export function readToken(stdin, onParentGone) {
  return new Promise((resolve, reject) => {
    let text = "";
    let hasToken = false;
    const refuse = (reason) => {
      clearTimeout(timer);
      reject(new FatalError("token-missing", 78, reason));
    };
    const timer = setTimeout(() => refuse("no token came on standard input within 10 s"), TOKEN_WAIT_MS);
    const takeLine = () => {
      const token = text.slice(0, text.indexOf("\n")).trim();
      if (!/^[\x21-\x7e]+$/.test(token)) return refuse("the first line of standard input is not a token");
      hasToken = true;
      clearTimeout(timer);
      resolve(token);
    };
    const end = () => (hasToken ? onParentGone() : refuse("standard input was closed before the token came"));
    stdin.on("data", (chunk) => {
      if (hasToken) return;
      text += chunk;
      if (text.includes("\n")) takeLine();
      else if (text.length > MAX_TOKEN_BYTES) refuse("the first line of standard input is not a token");
    });
    stdin.on("end", end);
    stdin.on("error", end);
  });
}

function required(env, name) {
  const value = env[name];
  if (!value) throw new FatalError("settings-invalid", 78, `${name} is not set`);
  return value;
}

function readPort(text) {
  const port = Number(text || DEFAULT_GATEWAY_PORT);
  // The canned model of the warm-up listens on the next one.
  if (!Number.isInteger(port) || port < 1 || port > 65_534) throw new FatalError("settings-invalid", 78, "MOSAIC_AGENT_PORT is not a port");
  return port;
}
