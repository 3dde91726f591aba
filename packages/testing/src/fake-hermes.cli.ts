#!/usr/bin/env node
import { startFakeHermes } from "./fake-hermes.js";
import { HermesStartError, HermesUsageError, readHermesSettings } from "./fake-hermes-settings.js";

const badStart = 1;
const badUse = 2;

try {
  const settings = readHermesSettings(process.argv.slice(2), process.env);
  const hermes = await startFakeHermes(settings);
  console.log(`[Api_Server] API server listening on http://${settings.host}:${hermes.port} (model: ${settings.modelName})`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void hermes.close().finally(() => process.exit(0)));
  }
} catch (error) {
  const isKnown = error instanceof HermesStartError || error instanceof HermesUsageError;
  console.error(isKnown ? error.message : error);
  process.exit(error instanceof HermesUsageError ? badUse : badStart);
}
