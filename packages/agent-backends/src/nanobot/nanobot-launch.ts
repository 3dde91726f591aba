import type { Launch } from "@mosaic/contracts/agent-config";
import type { RenderInput } from "../agent-backend.js";
import { variables } from "./nanobot-config.js";

/** nanobot ends a turn after this long, whatever it is doing. As long as OpenClaw's turns. */
export const turnLimitSeconds = 900;

/** How nanobot is run. It reads its configuration and its variables at its start only, and the files of its workspace at each turn. */
export function nanobotLaunch({ gateway, relayToken }: Pick<RenderInput, "gateway" | "relayToken">): Launch {
  return {
    command: "nanobot",
    args: ["serve", "-p", "{port}", "-t", String(turnLimitSeconds), "-w", "{state}/workspace", "-c", "{state}/config.json"],
    env: {
      // What it keeps outside of both is in `~/.nanobot`, and that is the volume.
      HOME: "{state}/..",
      PYTHONUNBUFFERED: "1",
      [variables.dollar]: "$",
      [variables.modelKey]: relayToken,
      [variables.apiKey]: gateway.token,
    },
    secretEnv: [variables.modelKey, variables.apiKey],
    relay: null,
    configFile: null,
    liveFiles: ["state/workspace/SOUL.md", "state/workspace/AGENTS.md"],
    readiness: { path: "/health", port: null },
    reload: null,
    memoryFile: "sessions",
    log: { turnFault: null, tooBusy: null },
    repairs: [],
    warmUp: null,
  };
}
