import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createDockerRuntime } from "@mosaic/runtime/docker/docker-runtime";
import { createProcessRuntime } from "@mosaic/runtime/process/process-runtime";
import { z } from "zod";
import type { RuntimeFactory } from "./runtime-factory.js";

/** What ships with Mosaic for OpenClaw: the supervisor, and the package that pins the version. */
const openclawFolder = fileURLToPath(new URL("../../../../../docker/openclaw", import.meta.url));
const openclawPackage = z.object({ dependencies: z.object({ openclaw: z.string() }) });

/** The drivers that really run agents. */
export const createRealRuntime: RuntimeFactory = (kind, { env, instanceId }) => {
  if (kind === "docker") {
    return createDockerRuntime({ instanceId, host: env.DOCKER_HOST });
  }
  return createProcessRuntime({
    instanceId,
    stateDir: resolve(env.MOSAIC_STATE_DIR),
    supervisorPath: join(openclawFolder, "supervisor.mjs"),
    openclawLockDir: openclawFolder,
    openclawVersion: openclawPackage.parse(JSON.parse(readFileSync(join(openclawFolder, "package.json"), "utf8"))).dependencies.openclaw,
  });
};
