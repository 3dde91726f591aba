import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { GatewayEvent, RenderedProvider, RenderInput } from "../src/agent-backend.js";
import { probeRequest } from "../src/openclaw-probe.js";
import { openclawBackend } from "../src/openclaw.js";
import { createOpenclawProcess, type OpenclawProcess } from "./openclaw-process.js";
import { isSkipped, requireOpenclaw, skipReason } from "./real-openclaw.js";
import { requestSkeleton } from "./request-skeleton.js";
import { everyTool, providerKinds, someInput, someProvider } from "./render-input.js";

const gatewayToken = "gateway-token-of-this-test";
const models = ["mosaic-demo", "second-model", "odd@name:7b/x"];

describe.skipIf(isSkipped)(`the real OpenClaw with our files${skipReason}`, () => {
  let llm: DemoLlmServer;
  let openclaw: OpenclawProcess;
  let version = 0;

  beforeAll(async () => {
    requireOpenclaw();
    llm = await startDemoLlm({ models, record: true });
    openclaw = await createOpenclawProcess();
    await openclaw.apply(openclawBackend.render(inputOf([provider("demo")])));
    await openclaw.start();
    await turn("warm up", "warm-up");
  }, 180_000);

  afterEach(() => llm.setBehaviour(null));
  afterAll(async () => {
    await openclaw?.remove();
    await llm?.close();
  });

  const provider = (kind: RenderedProvider["kind"], over: Partial<RenderedProvider> = {}): RenderedProvider => {
    version += 1;
    return someProvider(kind, {
      baseUrl: `${llm.url}/v1`,
      version,
      apiKey: `sk-key-${version}`,
      models: models.map((id) => ({ id })),
      ...over,
    });
  };
  const inputOf = (providers: readonly RenderedProvider[], over: Partial<RenderInput> = {}, model = "mosaic-demo"): RenderInput => {
    const [first, ...others] = providers.map((each) => ({ provider: each, model }));
    return {
      ...someInput(),
      models: [first ?? { provider: provider("demo"), model }, ...others],
      gateway: { token: gatewayToken, port: openclaw.port, bind: "loopback" },
      stateDir: openclaw.stateDir,
      ...over,
    };
  };
  const turn = async (text: string, session: string): Promise<GatewayEvent[]> => {
    const response = await openclaw.send(openclawBackend.turnRequest({ gatewayToken, session, text }));
    expect(response.status).toBe(200);
    const stream = openclawBackend.openStream();
    const events: GatewayEvent[] = [];
    for await (const chunk of response.body ?? []) events.push(...stream.push(chunk));
    return [...events, ...stream.close()];
  };
  /** Applies files as the supervisor does, and waits until a turn shows that they are in effect. */
  const applyAndAwait = async (input: RenderInput): Promise<void> => {
    await openclaw.apply(openclawBackend.render(input));
    const key = input.models[0].provider.apiKey;
    await expect
      .poll(
        async () => {
          await turn("in effect?", `probe-${Date.now()}`);
          return keyOf(llm);
        },
        { timeout: 20_000, interval: 100 },
      )
      .toBe(key);
  };

  it.each(providerKinds)(
    "answers over a provider of kind %s, with its key",
    async (kind) => {
      await applyAndAwait(inputOf([provider(kind)]));
      const events = await turn(`hello over ${kind}`, `kind-${kind}`);
      expect(events.at(-1)).toEqual({ type: "end" });
      expect(textOf(events)).toContain(`hello over ${kind}`);
    },
    60_000,
  );

  it.each(providerKinds)(
    "shows a provider of kind %s the relay's token out of its variable, where that stands for a key",
    async (kind) => {
      const { relayToken } = someInput();
      await applyAndAwait(inputOf([provider(kind, { apiKey: relayToken })]));
      await turn("hello", `relayed-${kind}`);
      expect(JSON.stringify(llm.requests.at(-1)?.headers)).toContain(relayToken);
    },
    60_000,
  );

  it.each(providerKinds)(
    "asks a provider of kind %s as the connection test does, and as is recorded here for the relay",
    async (kind) => {
      const asked = provider(kind);
      await applyAndAwait(inputOf([asked]));
      await turn("hello", `same-${kind}`);
      const { path, headers } = llm.requests.at(-1) ?? { path: "", headers: {} };
      const real = requestSkeleton(kind, path, headers, bodyOf(llm));
      const probe = probeRequest(asked, "mosaic-demo");
      expect(requestSkeleton(kind, new URL(probe.url).pathname, probe.headers, probe.body)).toEqual(real);
      await expect(`${JSON.stringify(real, null, 2)}\n`).toMatchFileSnapshot(`fixtures/openclaw-request-${kind}.json.snap`);
    },
    60_000,
  );

  it("remembers a conversation across its own restart, and keeps conversations apart", async () => {
    await applyAndAwait(inputOf([provider("demo")]));
    await turn("The password of the garden is Wisteria.", "memory");
    await openclaw.stop();
    await openclaw.start();
    expect(textOf(await turn("[demo:recall]", "memory"))).toContain("Wisteria");
    expect(textOf(await turn("[demo:recall]", "another"))).not.toContain("Wisteria");
  }, 180_000);

  it("takes a new key, model and personality within seconds, without a restart", async () => {
    await applyAndAwait(inputOf([provider("demo")]));
    const agent = { ...someInput().agent, personality: "You are a lighthouse keeper named MARKER-7." };
    await applyAndAwait(inputOf([provider("demo")], { agent }, "second-model"));
    expect(bodyOf(llm)["model"]).toBe("second-model");
    expect(JSON.stringify(bodyOf(llm))).toContain("MARKER-7");
  }, 60_000);

  it("answers with a corrected key at once after a 401, which shuts the old provider id out", async () => {
    await applyAndAwait(inputOf([provider("demo")]));
    const right = provider("demo");
    llm.setKey(right.apiKey ?? "");
    expect((await turn("hi", "refused")).at(-1)).toMatchObject({ type: "failure", code: "provider_key_refused" });
    await applyAndAwait(inputOf([right]));
    llm.setKey(undefined);
    expect((await turn("hi again", "refused")).at(-1)).toEqual({ type: "end" });
  }, 60_000);

  it("offers the model no tool that reaches beyond the workspace when the runtime does not isolate", async () => {
    const agent = { ...someInput().agent, tools: everyTool };
    await applyAndAwait(inputOf([provider("demo")], { agent, isIsolated: true }));
    const isolated = toolsOf(llm);
    await applyAndAwait(inputOf([provider("demo")], { agent, isIsolated: false }));
    const bare = toolsOf(llm);
    expect(isolated).toEqual(expect.arrayContaining(["exec", "process", "read", "web_fetch"]));
    expect(bare).toEqual([
      "apply_patch",
      "edit",
      "read",
      "session_status",
      "sessions_history",
      "sessions_list",
      "sessions_search",
      "web_fetch",
      "web_search",
      "write",
    ]);
  }, 60_000);

  it("refuses to read a file outside the workspace", async () => {
    await applyAndAwait(inputOf([provider("demo")], { isIsolated: false }));
    const answer = textOf(await turn('[demo:tool name=read args={"path":"/proc/self/environ"}]', "outside"));
    expect(answer).toContain("The tool answered");
    expect(answer).not.toContain("OPENCLAW_CONFIG_PATH");
  }, 60_000);

  it("reports a 429 within 10 seconds and one call, although the provider asks to wait longer: agents/main/agent/settings.json is read", async () => {
    await applyAndAwait(inputOf([provider("demo")]));
    llm.setBehaviour(() => ({ kind: "fail", status: 429, message: "Rate limit reached", retryAfterSeconds: 30 }));
    const [callsBefore, startedAt] = [llm.requests.length, Date.now()];
    expect((await turn("hi", "limited")).at(-1)).toMatchObject({ type: "failure", code: "provider_rate_limited" });
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(llm.requests.length - callsBefore).toBe(1);
  }, 200_000);

  it("passes to the fallback within seconds", async () => {
    const broken = provider("openai", { baseUrl: "http://127.0.0.1:9/v1" });
    const healthy = provider("anthropic", { baseUrl: llm.url });
    await applyAndAwait(inputOf([provider("demo")]));
    await openclaw.apply(openclawBackend.render(inputOf([broken, healthy])));
    await expect
      .poll(async () => (await turn("hi", `fallback-${Date.now()}`)).at(-1) && keyOf(llm), { timeout: 20_000 })
      .toBe(healthy.apiKey);
    const startedAt = Date.now();
    expect((await turn("hi", "fallback")).at(-1)).toEqual({ type: "end" });
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  }, 60_000);

  it.each(["MY_LITELLM_KEY_1", "$ecret${x}", "${HOME}", "a$$b", 'quo"te\\d', "no-key-set"])(
    "sends the key %s as it was written",
    async (apiKey) => {
      await applyAndAwait(inputOf([provider("openai-compatible", { apiKey })]));
      expect(keyOf(llm)).toBe(apiKey);
    },
    60_000,
  );

  it("passes a model's name on as it is, whatever OpenClaw could read into it", async () => {
    await applyAndAwait(inputOf([provider("openai-compatible")], {}, "odd@name:7b/x"));
    expect(bodyOf(llm)["model"]).toBe("odd@name:7b/x");
  }, 60_000);
});

function textOf(events: readonly GatewayEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}

function bodyOf(llm: DemoLlmServer): Record<string, unknown> {
  const body: unknown = llm.requests.at(-1)?.body;
  return typeof body === "object" && body !== null ? { ...body } : {};
}

function keyOf(llm: DemoLlmServer): string {
  const headers = llm.requests.at(-1)?.headers ?? {};
  return String(headers["x-api-key"] ?? headers["authorization"] ?? "").replace(/^Bearer /, "");
}

function toolsOf(llm: DemoLlmServer): string[] {
  const tools: unknown = bodyOf(llm)["tools"];
  return (Array.isArray(tools) ? tools : []).map((tool: { function: { name: string } }) => tool.function.name).toSorted();
}
