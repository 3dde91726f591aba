import { defaultAgentTools } from "@mosaic/contracts/agent";
import type { BackendDefinition } from "./backend-definition.js";
import { openclawBackend } from "./openclaw.js";
import { openclawMemory } from "./openclaw-machine.js";

/** The same as `docker/openclaw/package.json` pins. */
const version = "2026.9.6";

export const openclawDefinition: BackendDefinition<"openclaw"> = {
  ...openclawBackend,
  id: "openclaw",
  label: "OpenClaw",
  description: "Works with files, the web, a shell and a browser, shows what it does, and goes on when Mosaic restarts.",
  capabilities: {
    tools: ["files", "web", "shell", "browser", "sessions"],
    showsTools: true,
    showsThoughts: true,
    takesImages: true,
    changes: { model: "live", personality: "turn" },
  },
  defaults: {
    image: `mosaic/openclaw:${version}`,
    memoryLimitBytes: openclawMemory.comfortableBytes,
    nanoCpus: 2_000_000_000,
    pidsLimit: 256,
    stateLimitBytes: 5 * 1024 ** 3,
    readyTimeoutMs: 120_000,
    idleTimeoutSeconds: 1800,
    tools: defaultAgentTools,
  },
  container: {
    port: 18_789,
    stateDir: "/home/node/.openclaw",
    runDir: "/run/mosaic",
    command: null,
    environment: {},
    user: 1000,
    supervisor: "image",
    writesRoot: false,
  },
  models: "any",
  installation: {
    folder: `openclaw-${version}`,
    proof: "node_modules/openclaw/openclaw.mjs",
    setUp: "node_modules/openclaw/scripts/postinstall-bundled-plugins.mjs",
    // What the agent runs has the same user: SIGUSR1 must not open a debugger in the supervisor, which knows the token.
    command: ["{node}", "--disable-sigusr1", "{supervisor}"],
    environment: { NODE_COMPILE_CACHE: "{folder}/.compile-cache", MOSAIC_AGENT_SOFTWARE_DIR: "{folder}" },
  },
};
