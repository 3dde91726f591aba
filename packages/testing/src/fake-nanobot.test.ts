import { mkdtempSync, readdirSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeNanobot, startFakeNanobot } from "./fake-nanobot.js";
import { type FakeNanobotSettings, NanobotStartError, NanobotUsageError, readNanobotSettings } from "./fake-nanobot-settings.js";

let llm: DemoLlmServer;
let nanobot: FakeNanobot;
let dataDir: string;

beforeEach(async () => {
  llm = await startDemoLlm({ record: true, apiKey: "relay-key", models: ["demo"] });
  dataDir = mkdtempSync(join(tmpdir(), "fake-nanobot-"));
  mkdirSync(join(dataDir, "workspace"));
  nanobot = await start();
});

afterEach(async () => {
  await Promise.all([nanobot.close(), llm.close()]);
});

function start(over: Partial<FakeNanobotSettings> = {}): Promise<FakeNanobot> {
  return startFakeNanobot({
    host: "127.0.0.1",
    port: 0,
    timeoutSeconds: 60,
    apiKey: "gateway-key",
    model: "demo",
    llm: { apiBase: `${llm.url}/v1`, apiKey: "relay-key" },
    workspace: join(dataDir, "workspace"),
    dataDir,
    ...over,
  });
}

async function restart(over: Partial<FakeNanobotSettings>): Promise<void> {
  await nanobot.close();
  nanobot = await start(over);
}

function call(body: unknown, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: "Bearer gateway-key", "content-type": "application/json" };
  return fetch(`${nanobot.url}/v1/chat/completions`, { method: "POST", headers, body: JSON.stringify(body), ...init });
}

async function say(content: unknown, over: Record<string, unknown> = {}): Promise<string> {
  const response = await call({ messages: [{ role: "user", content }], ...over });
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? "";
}

const user = (content: string) => ({ role: "user", content });

describe("its HTTP API", () => {
  it("has three paths, of which only /health is open", async () => {
    const status = async (path: string, headers = {}) => (await fetch(`${nanobot.url}${path}`, { headers })).status;
    expect(await status("/health")).toBe(200);
    expect(await status("/v1/models")).toBe(401);
    const key = { authorization: "Bearer gateway-key" };
    expect(await Promise.all([status("/v1/models", key), status("/v1/responses", key), status("/v1/chat/completions", key)])).toEqual([
      200, 404, 405,
    ]);
  });

  it.each([
    [{}, "Missing Authorization header. Use: Bearer <api_key>"],
    [{ authorization: "Basic x" }, "Missing Authorization header. Use: Bearer <api_key>"],
    [{ authorization: "Bearer other" }, "Invalid API key"],
  ])("refuses %o", async (headers, message) => {
    const response = await call({ messages: [user("hi")] }, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { message, code: 401 } });
  });

  it.each([
    [{ messages: [] }, "Only a single user message is supported"],
    [{ messages: [user("a"), user("b")] }, "Only a single user message is supported"],
    [{ messages: [{ role: "system", content: "be kind" }] }, "Only a single user message is supported"],
    [{ messages: [user("a")], model: "other" }, "Only configured model 'demo' is available"],
    [{ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://x/a.png" } }] }] }, "Remote image URLs"],
    ["text", "Invalid JSON body"],
  ])("does not take %o", async (body, message) => {
    const response = await call(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { message: expect.stringContaining(message), type: "invalid_request_error", code: 400 },
    });
  });

  it("streams text without a role and without usage, then a stop, then [DONE]", async () => {
    const events = (await (await call({ messages: [user("hello")], stream: true, model: "demo" })).text()).split("\n\n");
    expect(events.slice(-2)).toEqual(["data: [DONE]", ""]);
    const chunks = events.slice(0, -2).map((event) => JSON.parse(event.replace("data: ", "")));
    expect(chunks.every((chunk) => chunk.object === "chat.completion.chunk" && !("usage" in chunk))).toBe(true);
    const choices = chunks.map((chunk) => chunk.choices[0]);
    expect(choices.at(-1)).toEqual({ index: 0, delta: {}, finish_reason: "stop" });
    expect(choices.slice(0, -1).every(({ delta, finish_reason }) => delta.role === undefined && finish_reason === null)).toBe(true);
    expect(
      choices
        .slice(0, -1)
        .map(({ delta }) => delta.content)
        .join(""),
    ).toBe(await say("hello", { session_id: "other" }));
  });
});

describe("its sessions", () => {
  it("are told apart by session_id alone, and are one for all without it", async () => {
    await say("my dog is Rex", { session_id: "a" });
    await say("my cat is Tom", { user: "b" });
    expect(await say("recall", { session_id: "a" })).toContain("Rex");
    expect(await say("recall", { session_id: "b" })).not.toContain("Rex");
    expect(await say("recall", { user: "c" })).toContain("Tom");
  });

  it("are JSON lines beside the configuration, and outlive the process", async () => {
    await say("my dog is Rex", { session_id: "a" });
    expect(readdirSync(join(dataDir, "sessions"))).toEqual([`${Buffer.from("api:a").toString("base64url")}.jsonl`]);
    await restart({});
    expect(await say("recall", { session_id: "a" })).toContain("Rex");
  });

  it("have one turn at a time, and run side by side", async () => {
    const order: string[] = [];
    const turn = async (session: string, text: string, name: string) => {
      await say(text, { session_id: session });
      order.push(name);
    };
    const slow = turn("a", "[demo:slow ms=300 words=5]", "slow");
    await llm.waitForRequest((request) => JSON.stringify(request.body).includes("demo:slow"));
    await Promise.all([slow, turn("a", "recall", "behind"), turn("b", "hi", "beside")]);
    expect(order).toEqual(["beside", "slow", "behind"]);
  });
});

describe("its model", () => {
  it("gets the workspace's AGENTS.md and SOUL.md as they are now, the history, and the key", async () => {
    writeFileSync(join(dataDir, "workspace", "AGENTS.md"), "Your name is Ada.");
    await say("first", { session_id: "s" });
    writeFileSync(join(dataDir, "workspace", "SOUL.md"), "Be terse.");
    await say("second", { session_id: "s" });
    const body = llm.requests.at(-1)?.body as { messages: { role: string; content: string }[] } | undefined;
    const messages = body?.messages ?? [];
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(messages[0]?.content).toContain("Your name is Ada.");
    expect(messages[0]?.content).toContain("Be terse.");
    expect(messages[1]?.content).toBe("first");
  });

  it("is shown images", async () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } };
    await say([{ type: "text", text: "what is it?" }, image]);
    expect(JSON.stringify(llm.requests.at(-1)?.body)).toContain("data:image/png;base64,iVBO");
  });

  it.each([false, true])("that fails is an answer with its words, and does not poison the history (stream: %s)", async (stream) => {
    llm.setKey("another");
    const response = await call({ messages: [user("hi")], session_id: "s", stream });
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).toMatch(/"content": ?"Error: \{'message': /);
    expect(text).toMatch(/"finish_reason": ?"stop"/);
    llm.setKey("relay-key");
    await say("again", { session_id: "s" });
    expect(JSON.stringify(llm.requests.at(-1)?.body)).toContain("[Assistant reply unavailable due to model error.]");
  });

  it("that can't be reached is one too", async () => {
    await restart({ llm: { apiBase: "http://127.0.0.1:1/v1", apiKey: "" } });
    expect(await say("hi")).toBe("Error calling LLM: Connection error.");
  });

  it("is told no more once the reader has left", async () => {
    const leaving = new AbortController();
    const response = await call({ messages: [user("[demo:slow ms=100 words=100]")], stream: true }, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    await expect.poll(() => [llm.abortedCount, nanobot.abortedCount], { timeout: 10_000 }).toEqual([1, 1]);
  });
});

describe("a turn that takes too long", () => {
  it("is 504 as a whole, and a stream that just ends", async () => {
    await restart({ timeoutSeconds: 0.3 });
    const whole = await call({ messages: [user("[demo:hang]")] });
    expect(whole.status).toBe(504);
    expect(await whole.json()).toMatchObject({ error: { message: "Request timed out after 0.3s", code: 504 } });
    const stream = await call({ messages: [user("[demo:hang]")], stream: true, session_id: "s" });
    expect([stream.status, await stream.text()]).toEqual([200, ""]);
  });
});

describe("its settings", () => {
  const env = { HOME: "/home/nobody", LLM_API_KEY: "k", NANOBOT_API_KEY: "g" };
  const valid = {
    providers: { custom: { apiKey: "${LLM_API_KEY}", apiBase: "http://llm/v1" } },
    agents: { defaults: { provider: "custom", model: "m" } },
    api: { host: "0.0.0.0", port: 8900, timeout: 120, apiKey: "${NANOBOT_API_KEY}" },
  };
  const read = (config: unknown, args: readonly string[] = [], variables: Record<string, string> = env) => {
    const file = join(dataDir, "config.json");
    writeFileSync(file, JSON.stringify(config));
    return readNanobotSettings(["serve", "-c", file, ...args], variables);
  };

  it("come out of the file, with its folder for the sessions, and arguments beat it", () => {
    expect(read(valid, ["-p", "9000", "-t", "900", "-w", `${dataDir}/workspace`])).toEqual({
      host: "0.0.0.0",
      port: 9000,
      timeoutSeconds: 900,
      apiKey: "g",
      model: "m",
      llm: { apiBase: "http://llm/v1", apiKey: "k" },
      workspace: `${dataDir}/workspace`,
      dataDir,
    });
  });

  it("come out of the environment where the file has none, and the file wins", () => {
    const variables = {
      HOME: dataDir,
      NANOBOT_PROVIDERS__CUSTOM__API_KEY: "k2",
      NANOBOT_PROVIDERS__CUSTOM__API_BASE: "http://other/v1",
      NANOBOT_AGENTS__DEFAULTS__PROVIDER: "custom",
      NANOBOT_AGENTS__DEFAULTS__MODEL: "m2",
      NANOBOT_API__HOST: "0.0.0.0",
      NANOBOT_API__PORT: "8901",
      NANOBOT_API__API_KEY: "g2",
    };
    expect(readNanobotSettings(["serve"], variables)).toMatchObject({
      host: "0.0.0.0",
      port: 8901,
      apiKey: "g2",
      model: "m2",
      llm: { apiBase: "http://other/v1", apiKey: "k2" },
      workspace: join(dataDir, ".nanobot/workspace"),
    });
    expect(read({ agents: { defaults: { model: "m" } } }, [], variables)).toMatchObject({ model: "m", port: 8901 });
  });

  it("are read once: what a variable holds is not read again", () => {
    const agents = { defaults: { provider: "custom", model: "${LITERAL_DOLLAR}{HOME}" } };
    expect(read({ ...valid, agents }, [], { ...env, LITERAL_DOLLAR: "$" }).model).toBe("${HOME}");
  });

  it.each([
    ["a variable that is not set", { ...valid, agents: { defaults: { provider: "custom", model: "${GONE}" } } }, "'GONE'"],
    ["an unknown key at the top", { ...valid, mosaic: {} }, "mosaic: Extra inputs are not permitted"],
    ["all interfaces without a key", { ...valid, api: { host: "0.0.0.0" } }, "api_key is not set"],
  ])("are refused for %s", (_what, config, words) => {
    expect(() => read(config)).toThrow(NanobotStartError);
    expect(() => read(config)).toThrow(words);
  });

  it("are refused where sessions would lie in the workspace, and for what is no command", () => {
    expect(() => read(valid, ["-w", dataDir])).toThrow("outside the agent workspace");
    expect(() => readNanobotSettings(["gateway"], env)).toThrow(NanobotUsageError);
    expect(() => readNanobotSettings(["serve", "--verbosely"], env)).toThrow(NanobotUsageError);
  });
});
