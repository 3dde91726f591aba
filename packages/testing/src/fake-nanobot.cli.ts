#!/usr/bin/env node
import { startFakeNanobot } from "./fake-nanobot.js";
import { NanobotStartError, NanobotUsageError, readNanobotSettings } from "./fake-nanobot-settings.js";

const badStart = 1;
const badUse = 2;

try {
  const settings = readNanobotSettings(process.argv.slice(2), process.env);
  const nanobot = await startFakeNanobot(settings);
  console.log(`Starting OpenAI-compatible API server on http://${settings.host}:${nanobot.port}/v1/chat/completions`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void nanobot.close().finally(() => process.exit(0)));
  }
} catch (error) {
  const isKnown = error instanceof NanobotStartError || error instanceof NanobotUsageError;
  console.error(isKnown ? `Error: ${error.message}` : error);
  process.exit(error instanceof NanobotUsageError ? badUse : badStart);
}
