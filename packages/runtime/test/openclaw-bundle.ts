import { readFile } from "node:fs/promises";

const launch = JSON.parse(await readFile(new URL("../../../docker/openclaw/launch.json", import.meta.url), "utf8")) as object;

export interface HandMadeAgent {
  readonly demoUrl: string;
  readonly gatewayToken: string;
  readonly gatewayPort: number;
  readonly bind: "lan" | "loopback";
  readonly stateDir: string;
}

/** A bundle by hand: this package knows nothing of how Mosaic renders it. */
export function bundleFor({ demoUrl, gatewayToken, gatewayPort, bind, stateDir }: HandMadeAgent) {
  const model = (id: string) => ({ id, name: id, reasoning: false, input: ["text"], contextWindow: 32_768, maxTokens: 4096 });
  const provider = (baseUrl: string, id: string) => ({ api: "openai-completions", baseUrl, apiKey: "none", models: [model(id)] });
  const workspace = `${stateDir}/workspace`;
  const config = {
    gateway: {
      mode: "local",
      bind,
      port: gatewayPort,
      auth: { mode: "token", token: gatewayToken },
      controlUi: { enabled: false },
      reload: { mode: "hybrid" },
      http: { endpoints: { chatCompletions: { enabled: true } } },
    },
    models: {
      mode: "replace",
      catalogRefresh: { enabled: false },
      providers: { "p-demo": provider(`${demoUrl}/v1`, "mosaic-demo"), warm: provider(`http://127.0.0.1:${gatewayPort + 1}/v1`, "m") },
    },
    agents: {
      ownership: "explicit",
      defaults: {
        model: { primary: "p-demo/mosaic-demo", fallbacks: [] },
        workspace,
        skipBootstrap: true,
        skills: [],
        heartbeat: { every: "0m" },
      },
      entries: { main: { name: "Ada", workspace, identity: { name: "Ada" } } },
    },
    tools: { allow: ["read", "write"], toolSearch: false, fs: { workspaceOnly: true } },
    cron: { enabled: false },
    discovery: { mdns: { mode: "off" } },
    update: { checkOnStart: false, auto: { enabled: false } },
    telemetry: { enabled: false },
  };
  return {
    generation: "a".repeat(64),
    files: [
      { root: "run" as const, path: "openclaw.json", content: JSON.stringify(config) },
      { root: "state" as const, path: "workspace/SOUL.md", content: "You are Ada." },
    ],
    warmup: { model: "warm/m", gatewayToken },
    launch,
  };
}
