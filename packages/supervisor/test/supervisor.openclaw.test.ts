import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { openclawLaunch } from "@mosaic/agent-backends/openclaw-launch";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { createAuthority } from "../../outbound/test/support/certificates.js";
import { type OddProvider, startOddProvider } from "@mosaic/testing/odd-provider";
import { Agent, type Bundle, FakeApi, isAlive } from "./supervisor-harness.js";

// The folder that OpenClaw was installed into, as docker/README.md says.
const openclawDir = process.env["MOSAIC_OPENCLAW_DIR"];
const testToken = "gateway-token-of-a-test-1234567890";
const boot = { timeout: 300_000, interval: 50 };

describe.skipIf(openclawDir === undefined)("with the real OpenClaw (needs MOSAIC_OPENCLAW_DIR)", () => {
  let api: FakeApi;
  let agent: Agent;
  let llm: RecordingLlm;
  let odd: OddProvider;
  const authority = createAuthority("Company CA");

  beforeEach(async () => {
    api = new FakeApi();
    agent = await Agent.create(openclawDir);
    llm = await startRecordingLlm();
    odd = await startOddProvider({ tls: authority.issue(["127.0.0.1"]) });
    await api.listen();
  });

  afterEach(async () => {
    await agent.remove();
    await api.close();
    await odd.close();
    llm.server.closeAllConnections();
    llm.server.close();
  });

  test("a changed key and a changed personality are in effect within 3 s, and nothing of a turn is printed", async () => {
    api.bundle = bundleOf({ key: "sk-first", version: 1, soul: "You are Ada." });
    agent.startWithToken(api, { MOSAIC_EXIT_WITH_PARENT: "1" });
    await expect.poll(() => api.phases(), boot).toContain("ready");
    expect(agent.output).not.toContain("warm-up-failed");

    await turn();
    expect(llm.requests.at(-1)).toMatchObject({ authorization: "Bearer sk-first" });
    expect(llm.requests.at(-1)?.body).toContain("You are Ada.");

    const changedAt = Date.now();
    api.bundle = bundleOf({ key: "sk-second", version: 2, soul: "You are Grace." });
    await expect.poll(() => api.phases(), { timeout: 10_000, interval: 20 }).toContain("applied");
    expect(Date.now() - changedAt).toBeLessThan(3_000);
    await turn();
    expect(llm.requests.at(-1)).toMatchObject({ authorization: "Bearer sk-second" });
    expect(llm.requests.at(-1)?.body).toContain("You are Grace.");

    // A provider with a certificate of an authority that only Mosaic's operator trusts.
    expect(await turnWith("p-odd/plain")).toContain("Here is an answer of several words.");
    // What the gateway tells its log alone about a turn that failed.
    const answer = await turnWith("p-odd/ends-with-eos");
    expect(answer).toContain("internal error");
    await expect
      .poll(() => api.statuses.findLast(({ phase }) => phase === "turn_failed"), { timeout: 10_000 })
      .toMatchObject({
        runId: expect.stringMatching(/^chatcmpl_/),
        detail: expect.stringContaining("rawError=Provider finish_reason: eos"),
      });

    agent.stdin.end();
    expect(await agent.exitCode()).toBe(0);
    expect(agent.output).not.toContain("THE-REPLY");
    expect(await readFile(join(agent.runDir, "openclaw.json"), "utf8")).toContain("sk-second");
  }, 400_000);

  test("a configuration that OpenClaw refuses at boot ends the container with 78 and a reason", async () => {
    const bundle = bundleOf({ key: "sk-first", version: 1, soul: "You are Ada." });
    api.bundle = {
      ...bundle,
      files: bundle.files.map((file) =>
        file.path === "openclaw.json" ? { ...file, content: '{"gateway":{"mode":"local"},"nonsense":1}' } : file,
      ),
    };
    agent.startWithToken(api);
    expect(await agent.exitCode()).toBe(78);
    expect(agent.lines().at(-1)).toMatchObject({ mosaic: "gateway-exited", code: 78 });
  }, 120_000);

  test("a refused reload is told as failed and the gateway runs on", async () => {
    api.bundle = bundleOf({ key: "sk-first", version: 1, soul: "You are Ada." });
    agent.startWithToken(api);
    await expect.poll(() => api.phases(), boot).toContain("ready");
    const config = JSON.parse(api.bundle.files.find(({ path }) => path === "openclaw.json")?.content ?? "") as Record<string, unknown>;
    api.bundle = {
      generation: "bad",
      files: [{ root: "run", path: "openclaw.json", content: JSON.stringify({ ...config, nonsense: 1 }) }],
      warmup: null,
    };
    await expect.poll(() => api.phases(), { timeout: 10_000, interval: 20 }).toContain("failed");
    expect(isAlive(agent.pid)).toBe(true);
    await turn();
    expect(llm.requests.at(-1)).toMatchObject({ authorization: "Bearer sk-first" });
  }, 400_000);

  async function turn(): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${String(agent.port)}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${testToken}`, "content-type": "application/json", "x-openclaw-session-key": "conv-1" },
      body: JSON.stringify({ model: "openclaw/main", messages: [{ role: "user", content: "Hello." }] }),
    });
    expect(await response.text()).toContain("THE-REPLY");
  }

  async function turnWith(model: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${String(agent.port)}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${testToken}`, "content-type": "application/json", "x-openclaw-model": model },
      body: JSON.stringify({ model: "openclaw/main", stream: true, messages: [{ role: "user", content: "Hello." }] }),
    });
    const text = await response.text();
    const pieces = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece = ""]) => piece);
    return `${pieces.join("")} ${text.includes('"error"') ? text : ""}`;
  }

  function bundleOf({ key, version, soul }: { key: string; version: number; soul: string }): Bundle {
    const model = { id: "m", name: "M", contextWindow: 32_768, maxTokens: 1024 };
    const provider = (port: number, apiKey: string) => ({
      baseUrl: `http://127.0.0.1:${String(port)}/v1`,
      apiKey,
      api: "openai-completions",
      models: [model],
    });
    const oddModels = ["plain", "ends-with-eos"].map((id) => ({ id, name: id, contextWindow: 32_768, maxTokens: 1024 }));
    const config = {
      gateway: {
        mode: "local",
        bind: "loopback",
        auth: { mode: "token", token: testToken },
        controlUi: { enabled: false },
        http: { endpoints: { chatCompletions: { enabled: true } } },
      },
      models: {
        mode: "replace",
        catalogRefresh: { enabled: false },
        providers: {
          [`p-test-v${String(version)}`]: provider(llm.port, key),
          warm: provider(agent.port + 1, "none"),
          "p-odd": { ...provider(0, "sk-odd"), baseUrl: `${odd.url}/v1`, models: oddModels },
        },
      },
      agents: {
        ownership: "explicit",
        defaults: { model: { primary: `p-test-v${String(version)}/m` }, skipBootstrap: true, skills: [], heartbeat: { every: "0m" } },
        entries: { main: { name: "Main", workspace: join(agent.stateDir, "workspace") } },
      },
      tools: { allow: ["read"], toolSearch: false, fs: { workspaceOnly: true } },
      logging: { level: "silent", consoleLevel: "info" },
      cron: { enabled: false },
      discovery: { mdns: { mode: "off" } },
      update: { checkOnStart: false, auto: { enabled: false } },
      telemetry: { enabled: false },
    };
    const files = [
      { root: "run", path: "ca-certificates.pem", content: authority.certificate },
      { root: "run", path: "openclaw.json", content: JSON.stringify(config) },
      { root: "state", path: "workspace/SOUL.md", content: soul },
    ];
    const generation = createHash("sha256").update(JSON.stringify(files)).digest("hex");
    return { generation, files, warmup: { model: "warm/m", gatewayToken: testToken }, launch: openclawLaunch };
  }
});

interface RecordingLlm {
  server: Server;
  port: number;
  requests: { authorization: string | undefined; body: string }[];
}

async function startRecordingLlm(): Promise<RecordingLlm> {
  const requests: RecordingLlm["requests"] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      requests.push({ authorization: request.headers.authorization, body });
      const chunk = (delta: object, finishReason: string | null) =>
        `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 0, model: "m", choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`${chunk({ role: "assistant", content: "THE-REPLY" }, null)}${chunk({}, "stop")}data: [DONE]\n\n`);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port, requests };
}
