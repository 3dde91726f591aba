import type { Launch } from "@mosaic/contracts/agent-config";
import type { RenderInput } from "../agent-backend.js";
import { variables } from "./hermes-config.js";

const apiKey = "API_SERVER_KEY";

/** How Hermes is run. It reads its variables at its start only, and its configuration at each turn. Its image's own supervisor is left out. */
export function hermesLaunch({ gateway, relayToken }: Pick<RenderInput, "gateway" | "relayToken">): Launch {
  return {
    command: "hermes",
    args: ["gateway", "run", "--no-supervise"],
    env: {
      HERMES_HOME: "{state}",
      HOME: "{state}",
      HERMES_GATEWAY_NO_SUPERVISE: "1",
      // Who may speak to it is decided by the key.
      GATEWAY_ALLOW_ALL_USERS: "true",
      API_SERVER_ENABLED: "true",
      API_SERVER_HOST: gateway.bind === "lan" ? "0.0.0.0" : "127.0.0.1",
      API_SERVER_PORT: "{port}",
      API_SERVER_MODEL_NAME: "hermes-agent",
      [apiKey]: gateway.token,
      [variables.modelKey]: relayToken,
      [variables.dollar]: "$",
    },
    secretEnv: [variables.modelKey, apiKey],
    relay: null,
    configFile: null,
    liveFiles: ["state/config.yaml", "state/SOUL.md", "state/workspace/AGENTS.md"],
    readiness: { path: "/health", port: null },
    reload: null,
    memoryFile: "state.db",
    log: { turnFault: null, tooBusy: null },
    repairs: [],
    warmUp: null,
  };
}
