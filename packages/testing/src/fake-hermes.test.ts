import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeHermes, startFakeHermes } from "./fake-hermes.js";
import { HermesStartError, HermesUsageError, readHermesConfig, readHermesSettings } from "./fake-hermes-settings.js";
import { readYaml } from "./fake-hermes-yaml.js";

const key = "gateway-key-of-more-than-16";
let llm: DemoLlmServer;
let hermes: FakeHermes;
let home: string;
let env: Record<string, string>;

beforeEach(async () => {
  llm = await startDemoLlm({ record: true, apiKey: "relay-key", models: ["demo", "other"] });
  home = mkdtempSync(join(tmpdir(), "fake-hermes-"));
  env = { ...baseEnv(), HERMES_HOME: home };
  configure("demo");
  hermes = await start();
});

afterEach(async () => {
  await Promise.all([hermes.close(), llm.close()]);
});

function baseEnv(): Record<string, string> {
  const path = process.env["PATH"] ?? "";
  return { PATH: path, API_SERVER_ENABLED: "true", API_SERVER_KEY: key, API_SERVER_PORT: "0", LLM_API_KEY: "relay-key" };
}

function configure(model: string, rest = ""): void {
  const lines = ["model:", `  default: "${model}"`, "  provider: custom", `  base_url: ${llm.url}/v1`, "  api_key: ${LLM_API_KEY}", rest];
  writeFileSync(join(home, "config.yaml"), lines.join("\n"));
}

function start(keepaliveMs?: number): Promise<FakeHermes> {
  const settings = readHermesSettings(["gateway", "run", "--no-supervise"], env);
  return startFakeHermes(settings, keepaliveMs === undefined ? {} : { keepaliveMs });
}

async function restart(keepaliveMs?: number): Promise<void> {
  await hermes.close();
  hermes = await start(keepaliveMs);
}

interface Called {
  readonly session?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

function call(body: unknown, { session, headers = {}, signal }: Called = {}): Promise<Response> {
  const named: Record<string, string> = session === undefined ? {} : { "x-hermes-session-id": session };
  return fetch(`${hermes.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...named, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

const user = (content: unknown) => ({ role: "user", content });

async function say(content: unknown, session: string): Promise<string> {
  const response = await call({ messages: [user(content)] }, { session });
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? "";
}

async function streamOf(content: string, session = "s"): Promise<string[]> {
  const text = await (await call({ messages: [user(content)], stream: true }, { session })).text();
  return text.split("\n\n").filter((event) => event !== "");
}

function lastBody(): unknown {
  return llm.requests.findLast(({ path }) => path === "/v1/chat/completions")?.body;
}

describe("its HTTP API", () => {
  it("is open at /health alone, and tells its version there", async () => {
    const get = (path: string, headers = {}) => fetch(`${hermes.url}${path}`, { headers });
    const health = { status: "ok", platform: "hermes-agent", version: "0.19.0" };
    expect(await (await get("/health")).json()).toEqual(health);
    expect(await (await get("/v1/health")).json()).toEqual(health);
    expect((await get("/v1/models")).status).toBe(401);
    const models = await get("/v1/models", { authorization: `Bearer ${key}` });
    expect(await models.json()).toMatchObject({ data: [{ id: "hermes-agent" }] });
  });

  it("refuses a wrong key in its own words", async () => {
    const response = await call({ messages: [user("hi")] }, { headers: { authorization: "Bearer other" } });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      error: { message: "Invalid API key", type: "invalid_request_error", code: "invalid_api_key" },
    });
  });

  it("answers a browser's request with 403 and nothing, also with the key", async () => {
    const response = await call({ messages: [user("hi")] }, { headers: { origin: "http://127.0.0.1" } });
    expect([response.status, await response.text()]).toEqual([403, ""]);
  });

  it.each([
    ["text", "Invalid JSON in request body"],
    [{ messages: [] }, "Missing or invalid 'messages' field"],
    [{ messages: [user(" ")] }, "No user message found"],
    [{ messages: [user([{ type: "file" }])] }, "Unsupported content part type"],
    [{ messages: [user([{ type: "image_url", image_url: { url: "ftp://x" } }])] }, "Image inputs must use"],
  ])("does not take %o", async (body, message) => {
    const response = await call(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });

  it("echoes the model and ignores it", async () => {
    const response = await call({ model: "gpt-x", messages: [user("hi")] });
    expect(await response.json()).toMatchObject({ model: "gpt-x", choices: [{ finish_reason: "stop" }] });
    expect(lastBody()).toMatchObject({ model: "demo" });
  });

  it("takes no body of more than 10 MB", async () => {
    expect((await call(JSON.stringify({ messages: [user("x".repeat(10_000_001))] }))).status).toBe(413);
  });

  it("runs ten turns at once, and tells the eleventh to wait", async () => {
    const left = new AbortController();
    const streams = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        call({ messages: [user("[demo:hang]")], stream: true }, { session: `s${index}`, signal: left.signal }),
      ),
    );
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    const refused = await call({ messages: [user("hi")] });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await refused.json()).toMatchObject({ error: { code: "rate_limit_exceeded" } });
    left.abort();
    await expect.poll(() => hermes.interruptedCount).toBe(10);
    expect((await call({ messages: [user("hi")] })).status).toBe(200);
  });

  it("asks around at its model's before anybody writes, with the key and without", async () => {
    const asked = ["/v1/models", "/v1/models/demo", "/api/v1/models", "/api/show"];
    await expect.poll(() => new Set(llm.requests.map(({ path }) => path))).toEqual(new Set(asked));
  });
});

describe("a stream", () => {
  it("is a role, text, a stop with usage, and [DONE]", async () => {
    const events = await streamOf("hello");
    expect(events.at(-1)).toBe("data: [DONE]");
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.replace("data: ", "")));
    expect(chunks[0]).toMatchObject({ object: "chat.completion.chunk", choices: [{ delta: { role: "assistant" }, finish_reason: null }] });
    expect(chunks.at(-1)).toMatchObject({ choices: [{ delta: {}, finish_reason: "stop" }], usage: { total_tokens: expect.any(Number) } });
    const text = chunks.map(({ choices }) => choices[0].delta.content ?? "").join("");
    expect(text).toBe(await say("hello", "other"));
  });

  it("tells a tool's run in events with a name, runs it where the terminal works, and keeps its keys to itself", async () => {
    const cwd = join(home, "workspace");
    configure("demo", `terminal:\n  cwd: ${JSON.stringify(cwd)}`);
    const args = JSON.stringify({ command: "echo tool-ok; echo $LLM_API_KEY$API_SERVER_KEY > made" });
    const events = await streamOf(`[demo:tool name=terminal args=${args}]`);
    const told = events.filter((event) => event.startsWith("event: hermes.tool.progress\ndata: "));
    expect(told.map((event) => JSON.parse(event.split("data: ")[1] ?? ""))).toEqual([
      { tool: "terminal", emoji: "💻", label: expect.stringContaining("tool-ok"), toolCallId: expect.any(String), status: "running" },
      { tool: "terminal", toolCallId: expect.any(String), status: "completed" },
    ]);
    expect(events.join("")).toContain("tool-ok");
    expect(readFileSync(join(cwd, "made"), "utf8")).toBe("\n");
  });

  it("offers no terminal where that is switched off", async () => {
    configure("demo", 'agent:\n  disabled_toolsets: ["terminal"]');
    expect(await say("[demo:tool name=terminal args={}]", "s")).toContain("Offered: none");
    configure("demo", "platform_toolsets:\n  api_server:\n    - memory\n    - web");
    expect(await say("[demo:tool name=terminal args={}]", "s")).toContain("Offered: none");
  });

  it("is kept alive through silence", async () => {
    await restart(20);
    const left = new AbortController();
    const response = await call({ messages: [user("[demo:hang]")], stream: true }, { session: "s", signal: left.signal });
    let read = "";
    for await (const bytes of response.body ?? []) {
      read += Buffer.from(bytes).toString("utf8");
      if (read.includes(": keepalive\n\n: keepalive\n\n")) break;
    }
    expect(read).toContain(": keepalive\n\n");
    left.abort();
  });

  it("ends its turn when its reader leaves, and remembers what was said till then", async () => {
    const left = new AbortController();
    const response = await call({ messages: [user("[demo:hang] my dog is Rex")], stream: true }, { session: "s", signal: left.signal });
    expect(response.status).toBe(200);
    left.abort();
    await expect.poll(() => hermes.interruptedCount).toBe(1);
    expect(await say("recall", "s")).toContain("Rex");
  });
});

describe("a failure of the model's", () => {
  it("is told inside an answer of 200", async () => {
    const content = '[demo:fail status=429 message="slow down"]';
    const whole = await call({ messages: [user(content)] }, { session: "a" });
    expect(whole.status).toBe(200);
    expect(await whole.json()).toMatchObject({
      choices: [{ finish_reason: "error" }],
      hermes: { completed: false, partial: false, failed: true, error: expect.stringMatching(/^HTTP 429: /), error_code: "agent_error" },
    });
    const events = await streamOf(content);
    expect(JSON.parse(events.at(-2)?.replace("data: ", "") ?? "")).toMatchObject({
      choices: [{ delta: {}, finish_reason: "error" }],
      error: { message: expect.stringMatching(/^HTTP 429: .*slow down/), type: "agent_error" },
    });
    expect(events.at(-1)).toBe("data: [DONE]");
  });

  it.each([
    ["[demo:reset]", "Connection error."],
    ["[demo:break]", "peer closed connection"],
  ])("also is one when the connection fails: %s", async (content, words) => {
    expect((await streamOf(content)).at(-2)).toContain(words);
  });
});

describe("its sessions", () => {
  it("are told apart by their header, which is echoed, and need no earlier messages", async () => {
    await say("my dog is Rex", "a");
    expect(await say("recall", "a")).toContain("Rex");
    expect(await say("recall", "b")).not.toContain("Rex");
    const claimed = [user("my cat is Tom"), { role: "assistant", content: "ok" }, user("recall")];
    const response = await call({ messages: claimed }, { session: "c" });
    expect(response.headers.get("x-hermes-session-id")).toBe("c");
    expect(await response.text()).not.toContain("Tom");
  });

  it("are one for conversations that begin alike where there is no header", async () => {
    const sessionOf = async (...messages: unknown[]) => (await call({ messages })).headers.get("x-hermes-session-id");
    const one = await sessionOf(user("hi"));
    expect(await sessionOf(user("hi"), { role: "assistant", content: "x" }, user("bye"))).toBe(one);
    expect(await sessionOf({ role: "system", content: "be kind" }, user("hi"))).not.toBe(one);
    const told = await call({ messages: [user("my cat is Tom"), { role: "assistant", content: "ok" }, user("recall")] });
    expect(await told.text()).toContain("Tom");
  });

  it.each(["a/b", "a\\b", "..", "x".repeat(257)])("are not called %s", async (session) => {
    expect((await call({ messages: [user("hi")] }, { session })).status).toBe(400);
  });

  it("are in state.db, outlive the process, and can be deleted", async () => {
    await say("my dog is Rex", "a");
    await restart();
    expect(existsSync(join(home, "state.db"))).toBe(true);
    expect(await say("recall", "a")).toContain("Rex");
    const remove = () => fetch(`${hermes.url}/api/sessions/a`, { method: "DELETE", headers: { authorization: `Bearer ${key}` } });
    expect([(await remove()).status, (await remove()).status]).toEqual([200, 404]);
    expect(await say("recall", "a")).not.toContain("Rex");
  });

  it("keep what the model was told of the agent, while a new one is told what it is now", async () => {
    writeFileSync(join(home, "SOUL.md"), "You are Ada.");
    await say("hello", "a");
    writeFileSync(join(home, "SOUL.md"), "You are Grace.");
    expect(await say('[demo:system contains="You are Ada"]', "a")).toContain("**Yes.**");
    expect(await say('[demo:system contains="You are Grace"]', "b")).toContain("**Yes.**");
  });
});

describe("what the model is told", () => {
  it("is SOUL.md, AGENTS.md of the terminal's folder, and what the request says on top", async () => {
    writeFileSync(join(home, "SOUL.md"), "You are Ada.");
    writeFileSync(join(home, "AGENTS.md"), "Work cleanly.");
    await call({ messages: [{ role: "system", content: "Be kind." }, user("hi")] }, { session: "a" });
    expect(lastBody()).toMatchObject({ messages: [{ content: "You are Ada.\n\n## AGENTS.md\n\nWork cleanly.\n\nBe kind." }, user("hi")] });
  });

  it("is a message of several texts in one, each cut, and images as they are", async () => {
    await say(
      [
        { type: "text", text: "x".repeat(70_000) },
        { type: "text", text: "end" },
      ],
      "a",
    );
    expect(lastBody()).toMatchObject({ messages: [{}, user(`${"x".repeat(65_536)}\nend`)] });
    const shown = [
      { type: "text", text: "what?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } },
    ];
    await say(shown, "b");
    expect(lastBody()).toMatchObject({ messages: [{}, user(shown)] });
  });
});

describe("its configuration", () => {
  it("is read again at each turn", async () => {
    configure("other");
    await say("hi", "a");
    expect(lastBody()).toMatchObject({ model: "other" });
    writeFileSync(join(home, "config.yaml"), "model:\n  provider: openrouter\n");
    expect((await streamOf("hi")).at(-2)).toContain("no provider 'openrouter'");
  });

  it("takes variables of the environment once, leaves unknown ones, and has no escape", () => {
    const named = { ...env, A: "${B}", B: "b", LITERAL_DOLLAR: "$" };
    const modelOf = (model: string) => {
      configure(model);
      return readHermesConfig({ home, env: named }).model;
    };
    expect(["${A}", "${B}x", "${C}", "$B", "${LITERAL_DOLLAR}{B}", "$${B}"].map(modelOf)).toEqual([
      "${B}",
      "bx",
      "${C}",
      "$B",
      "${B}",
      "$b",
    ]);
  });

  it("is beaten by .env, as the environment is", () => {
    writeFileSync(join(home, ".env"), "# mine\nexport LLM_API_KEY='k'\nAPI_SERVER_PORT=1234\n");
    const settings = readHermesSettings(["gateway", "run"], env);
    expect(settings.port).toBe(1234);
    expect(readHermesConfig(settings).modelKey).toBe("k");
  });

  it.each([
    ["without a server", { API_SERVER_ENABLED: "false" }, "No messaging platforms"],
    ["without a key", { API_SERVER_KEY: "" }, "API_SERVER_KEY"],
    ["with a key of 15 characters", { API_SERVER_KEY: "x".repeat(15) }, "at least 16"],
  ])("does not start %s", (_what, over, words) => {
    const read = () => readHermesSettings(["gateway", "run"], { ...env, ...over });
    expect(read).toThrow(HermesStartError);
    expect(read).toThrow(words);
  });

  it("is not understood with another command", () => {
    expect(() => readHermesSettings(["fly"], env)).toThrow(HermesUsageError);
    expect(() => readHermesSettings(["gateway", "run", "--fly"], env)).toThrow(HermesUsageError);
  });
});

describe("YAML", () => {
  it("is read where a Hermes configuration has it", () => {
    const text =
      '# c\na: 1 # one\nb:\n  c: \'it\'\'s\'\n  d: "\\u2028"\n  e:\n    - x\n    - "y"\nf: ["g"]\nh: {}\ni:\n- j\nk: off\nl: ~\n';
    expect(readYaml(text)).toEqual({
      a: 1,
      b: { c: "it's", d: "\u2028", e: ["x", "y"] },
      f: ["g"],
      h: {},
      i: ["j"],
      k: false,
      l: null,
    });
  });

  it.each(["- a", "a: 1\n   b: 2", "{", "?"])("throws for %s", (text) => {
    expect(() => readYaml(text)).toThrow(Error);
  });
});
