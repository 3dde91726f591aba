// A real process of the built API, for tests that kill it. Its engine is another process's: ENGINE_URL. Everything else is as in `main.ts`.
import "reflect-metadata";
import { RuntimeError } from "@mosaic/runtime/agent-runtime";
import { Test } from "@nestjs/testing";
import { AppModule } from "../../dist/app.module.js";
import { createApplication } from "../../dist/application.js";
import { RUNTIME_FACTORY } from "../../dist/modules/runtime-host/runtime-factory.js";
import { SettingsService } from "../../dist/modules/settings/settings.service.js";
import { readEnv } from "../../dist/platform/config/env.js";

const engineUrl = process.env.ENGINE_URL;

async function call(method, args) {
  const response = await fetch(`${engineUrl}/${method}`, { method: "POST", body: JSON.stringify(args) });
  const { value, error } = await response.json();
  if (error !== undefined) {
    throw new RuntimeError(error.code, error.detail);
  }
  return value;
}

const remote = {
  ensureImage: async () => undefined,
  watch: () => undefined,
  close: async () => undefined,
};
for (const method of [
  "check",
  "cores",
  "cpuTimeMs",
  "prepare",
  "hasImage",
  "create",
  "start",
  "stop",
  "remove",
  "removeState",
  "inspect",
  "list",
  "logs",
]) {
  remote[method] = async (...args) => call(method, args);
}

const env = readEnv();
const { nest, listeners } = await createApplication(async (adapter, options) => {
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(RUNTIME_FACTORY)
    .useValue(() => remote)
    .compile();
  return module.createNestApplication(adapter, options);
});
await nest.get(SettingsService, { strict: false }).assertSecretKey();
await listeners.listen("internal", "127.0.0.1", env.MOSAIC_INTERNAL_PORT);
await listeners.listen("public", env.HOST, env.PORT);
process.on("SIGTERM", () => {
  listeners
    .close(2_000)
    .then(async () => nest.close())
    .then(
      () => process.exit(0),
      () => process.exit(1),
    );
});
// What is still held when nothing is left to collect. Needs --expose-gc.
process.on("message", () => {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  process.send(heapUsed + external);
});
process.send("ready");
