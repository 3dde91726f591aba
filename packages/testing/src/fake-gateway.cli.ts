#!/usr/bin/env node
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type FakeGateway, startFakeGateway } from "./fake-gateway.js";
import { ConfigRefusedError, followBundle } from "./fake-supervisor.js";
import { deriveGatewayToken } from "./gateway-token.js";

const modes = ["normal", "never-ready", "exit", "slow"] as const;
const badUse = 64;
const configRefused = 77;
const badConfiguration = 78;

const ending = new AbortController();
let gateway: FakeGateway | undefined;

process.once("SIGTERM", () => void stop(0));
process.once("SIGINT", () => void stop(0));
readContainerToken((containerToken) => void run(containerToken));

/** The token is the first line; with a parent to watch, the end of input is the parent's end. */
function readContainerToken(use: (token: string) => void): void {
  const lines = createInterface({ input: process.stdin });
  let hasToken = false;
  lines.on("line", (line) => {
    if (hasToken || line.trim() === "") return;
    hasToken = true;
    use(line.trim());
  });
  lines.once("close", () => {
    if (!hasToken) exitWithReason(badUse, "no token on standard input");
    else if (process.env["MOSAIC_EXIT_WITH_PARENT"] === "1") void stop(0);
  });
}

async function run(containerToken: string): Promise<void> {
  const env = process.env;
  const mode = modes.find((known) => known === (env["FAKE_GATEWAY_MODE"] || "normal"));
  const port = Number(env["MOSAIC_AGENT_PORT"]);
  if (!mode) return exitWithReason(badUse, "FAKE_GATEWAY_MODE is unknown");
  if (!Number.isInteger(port) || port <= 0) {
    return exitWithReason(badUse, "MOSAIC_AGENT_PORT is not a port");
  }
  if (mode === "exit") {
    const code = Number(env["FAKE_GATEWAY_EXIT_CODE"] || badConfiguration);
    return exitWithReason(code, "the fake gateway was told to exit");
  }
  const stateDir = env["MOSAIC_AGENT_STATE_DIR"];
  const readyAfterMs = { normal: 0, slow: 3_000, "never-ready": Number.POSITIVE_INFINITY }[mode];
  try {
    gateway = await startFakeGateway({
      token: deriveGatewayToken(containerToken),
      host: env["FAKE_GATEWAY_HOST"] || (env["MOSAIC_EXIT_WITH_PARENT"] ? "127.0.0.1" : "0.0.0.0"),
      port,
      readyAfterMs,
      onExit: (code) => exitWithReason(code, "a message told the fake gateway to exit"),
      ...(stateDir ? { sessionsFile: join(stateDir, "fake-gateway-sessions.json") } : {}),
    });
    console.log(`fake gateway listens on port ${gateway.port}`);
    const configUrl = env["MOSAIC_CONFIG_URL"];
    if (env["FAKE_GATEWAY_BUNDLE"] === "1" && configUrl) {
      await followBundle(gateway, { configUrl, containerToken, signal: ending.signal, port });
    }
  } catch (error) {
    const code = error instanceof ConfigRefusedError ? configRefused : 1;
    exitWithReason(code, error instanceof Error ? error.message : "unknown");
  }
}

/** Ends as the supervisor does: the reason on standard error and in one line of JSON. */
function exitWithReason(code: number, reason: string): void {
  console.error(reason);
  console.log(JSON.stringify({ mosaic: "gateway-exited", code, reason }));
  process.exit(code);
}

async function stop(code: number): Promise<void> {
  ending.abort();
  await gateway?.close();
  process.exit(code);
}
