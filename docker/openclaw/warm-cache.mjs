// Runs while the image is built, and nowhere else: fills the compile cache by starting the gateway as the supervisor does and making a turn
// of each provider kind against the canned model. Nothing of it stays but the cache.
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { startCannedLlm } from "./canned-llm.mjs";
import { startGateway, waitUntilReady } from "./gateway.mjs";
import { turn } from "./warm-up.mjs";
// Loaded for the cache only.
import "./api-client.mjs";
import "./bundle.mjs";
import "./settings.mjs";

const PORT = 18789;
const GATEWAY_TOKEN = "only-while-building";
const KINDS = ["openai-completions", "anthropic-messages", "ollama"];
const MIN_CACHED_MODULES = 500;

const folder = await mkdtemp(join(tmpdir(), "warm-cache-"));
const settings = {
  openclawDir: dirname(fileURLToPath(import.meta.url)),
  stateDir: join(folder, "state"),
  runDir: join(folder, "run"),
  port: PORT,
  exitsWithParent: false,
};

await mkdir(settings.stateDir);
await mkdir(settings.runDir);
const llm = await startCannedLlm(0);
await writeFile(join(settings.runDir, "openclaw.json"), JSON.stringify(configFor(llm.port)));
const gateway = startGateway(settings, process.env);
try {
  const exited = gateway.exited.then(({ code, reason }) => {
    throw new Error(`the gateway ended with code ${code}: ${reason}`);
  });
  await Promise.race([exited, makeTurns()]);
  exited.catch(() => {});
} finally {
  // Node writes the cache when the process ends by itself.
  await gateway.stop();
  llm.close();
  await rm(folder, { recursive: true, force: true });
}

const cached = (await readdir(process.env.NODE_COMPILE_CACHE, { recursive: true })).length;
if (cached < MIN_CACHED_MODULES) throw new Error(`only ${cached} files in the compile cache; did the flags or the variables change?`);
console.log(`compile cache: ${cached} files`);

async function makeTurns() {
  const signal = AbortSignal.timeout(300_000);
  if (!(await waitUntilReady(PORT, signal))) throw new Error("the gateway was not ready in time");
  for (const kind of KINDS) {
    await turn(PORT, { model: `p-${kind}/m`, gatewayToken: GATEWAY_TOKEN }, signal).catch((error) => {
      throw new Error(`${kind}: ${error.message}`);
    });
  }
}

function configFor(llmPort) {
  const origin = `http://127.0.0.1:${llmPort}`;
  const provider = (kind) => ({
    baseUrl: kind.startsWith("openai") ? `${origin}/v1` : origin,
    apiKey: "none",
    api: kind,
    models: [{ id: "m", name: "m", contextWindow: 32_768, maxTokens: 1024 }],
  });
  return {
    gateway: {
      mode: "local",
      bind: "loopback",
      port: PORT,
      auth: { mode: "token", token: GATEWAY_TOKEN },
      controlUi: { enabled: false },
      http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } },
    },
    models: {
      mode: "replace",
      catalogRefresh: { enabled: false },
      providers: Object.fromEntries(KINDS.map((kind) => [`p-${kind}`, provider(kind)])),
    },
    agents: {
      ownership: "explicit",
      defaults: { model: { primary: `p-${KINDS[0]}/m` }, skipBootstrap: true, skills: [], heartbeat: { every: "0m" } },
      entries: { main: { name: "Main", workspace: join(folder, "state/workspace") } },
    },
    tools: {
      allow: ["read", "write", "edit", "web_fetch", "sessions_list", "sessions_history"],
      toolSearch: false,
      fs: { workspaceOnly: true },
    },
    plugins: { entries: { "admin-http-rpc": { enabled: true } } },
    cron: { enabled: false },
    discovery: { mdns: { mode: "off" } },
    update: { checkOnStart: false, auto: { enabled: false } },
    telemetry: { enabled: false },
  };
}
