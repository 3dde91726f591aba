import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { type FakeHermes, startFakeHermes } from "@mosaic/testing/fake-hermes";
import { readHermesSettings } from "@mosaic/testing/fake-hermes-settings";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noTool, someInput, someProvider } from "../../test/render-input.js";
import type { GatewayEvent, RenderInput, TurnRequestInput } from "../agent-backend.js";
import { hermesDefinition } from "./hermes-definition.js";
import { hermesTurnRequest } from "./hermes-turn.js";

const model = "demo-${HOME}";

describe("a turn's request", () => {
  const input = { gatewayToken: "t", session: "c-1", text: 'hi "you"' };

  it("is one message of the person in the conversation's own session, without a browser's headers", () => {
    const request = hermesTurnRequest(input);
    expect(request.path).toBe("/v1/chat/completions");
    expect(request.headers).toEqual({
      authorization: "Bearer t",
      "content-type": "application/json",
      accept: "text/event-stream",
      "x-hermes-session-id": "conv-c-1",
    });
    expect(JSON.parse(request.body)).toEqual({ stream: true, messages: [{ role: "user", content: 'hi "you"' }] });
  });

  it("shows images inside that one message", () => {
    const images = [{ name: "a.png", mediaType: "image/png", base64: "iVBO" }];
    const shown = { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } };
    expect(JSON.parse(hermesTurnRequest({ ...input, images }).body).messages[0].content).toEqual([
      { type: "text", text: 'hi "you"' },
      shown,
    ]);
  });

  it("has a name for every session that Hermes takes, and another one for another", () => {
    const nameOf = (session: string) => hermesTurnRequest({ ...input, session }).headers["x-hermes-session-id"] ?? "";
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
        expect(nameOf(one)).toMatch(/^conv-[\w-]{1,200}$/);
        expect(nameOf(one) === nameOf(other)).toBe(one === other);
      }),
    );
    expect(nameOf("x".repeat(300))).toHaveLength(69);
  });

  it("leaves nothing of a long text out, which Hermes cuts without a word", () => {
    const lines = `${"x".repeat(50_000)}\n${"y".repeat(30_000)}`;
    expect(JSON.parse(hermesTurnRequest({ ...input, text: lines }).body).messages[0].content).toEqual([
      { type: "text", text: "x".repeat(50_000) },
      { type: "text", text: "y".repeat(30_000) },
    ]);
    const parts: { text: string }[] = JSON.parse(hermesTurnRequest({ ...input, text: `a${"🦞".repeat(40_000)}` }).body).messages[0].content;
    expect(parts.map(({ text }) => text).join("")).toBe(`a${"🦞".repeat(40_000)}`);
    expect(parts.every(({ text }) => text.length <= 65_536)).toBe(true);
  });
});

describe("a turn with the Hermes that a bundle starts", () => {
  let llm: DemoLlmServer;
  let hermes: FakeHermes;
  let stateDir: string;

  beforeEach(async () => {
    llm = await startDemoLlm({ models: [model, "other"], apiKey: "relay-token-canary", record: true });
    stateDir = mkdtempSync(join(tmpdir(), "hermes-turn-"));
    hermes = await boot(inputFor());
  });

  afterEach(async () => {
    await Promise.all([hermes.close(), llm.close()]);
  });

  function inputFor(over: Partial<RenderInput["agent"]> = {}, named = model): RenderInput {
    const provider = someProvider("openai-compatible", { baseUrl: `${llm.url}/v1`, apiKey: "relay-token-canary" });
    const agent = { ...someInput().agent, ...over };
    return someInput({ agent, models: [{ provider, model: named }], stateDir });
  }

  function writeFiles(input: RenderInput): void {
    for (const { path, content } of hermesDefinition.render(input).files) {
      mkdirSync(dirname(join(stateDir, path)), { recursive: true });
      writeFileSync(join(stateDir, path), content);
    }
  }

  /** As the supervisor does it, with a free port in place of Hermes' own. */
  async function boot(input: RenderInput): Promise<FakeHermes> {
    writeFiles(input);
    const { launch } = hermesDefinition.render(input);
    const fill = (text: string): string => text.replaceAll("{state}", stateDir).replaceAll("{port}", "0");
    const env = Object.fromEntries(Object.entries(launch.env).map(([name, value]) => [name, fill(value)]));
    return startFakeHermes(readHermesSettings(launch.args.map(fill), { PATH: process.env["PATH"], ...env }));
  }

  async function turn(text: string, over: Partial<TurnRequestInput> = {}): Promise<GatewayEvent[]> {
    const { path, headers, body } = hermesDefinition.turnRequest({ gatewayToken: "gateway-token-canary", session: "c-1", text, ...over });
    const response = await fetch(hermes.url + path, { method: "POST", headers, body });
    if (response.status !== 200) return [{ type: "failure", ...hermesDefinition.explainResponse(response.status, await response.text()) }];
    const stream = hermesDefinition.openStream();
    const events: GatewayEvent[] = [];
    for await (const bytes of response.body ?? []) events.push(...stream.push(bytes));
    return [...events, ...stream.close()];
  }

  /** Of a turn: what Hermes asks around for at its start may come later. */
  function lastBody(): unknown {
    return llm.requests.findLast(({ path }) => path === "/v1/chat/completions")?.body;
  }

  it("is an answer of the configured model, which reads the personality and the name", async () => {
    const events = await turn("[demo:system contains=friendly]");
    expect(textOf(events)).toContain("**Yes.**");
    expect(events.slice(-2)).toEqual([{ type: "usage", usage: expect.any(Object) }, { type: "end" }]);
    expect(textOf(await turn('[demo:system contains="Your name is Ada"]'))).toContain("**Yes.**");
    expect(lastBody()).toMatchObject({ model });
  });

  it("remembers its conversation and no other, also after another start", async () => {
    await turn("my dog is Rex");
    await hermes.close();
    hermes = await boot(inputFor());
    expect(textOf(await turn("recall"))).toContain("Rex");
    expect(textOf(await turn("recall", { session: "c-2" }))).not.toContain("Rex");
  });

  it("takes another model at the next message, and another personality in the next conversation", async () => {
    await turn("hello");
    writeFiles(inputFor({ personality: "You are gruff." }, "other"));
    await turn("hello");
    expect(lastBody()).toMatchObject({ model: "other" });
    expect(textOf(await turn("[demo:system contains=gruff]", { session: "c-2" }))).toContain("**Yes.**");
  });

  it("shows its tools at work, which make files where people find them", async () => {
    const args = JSON.stringify({ command: "mkdir -p outbox && echo made > outbox/a.txt && echo tool-ok" });
    const events = await turn(`[demo:tool name=terminal args=${args}]`);
    const calls = events.filter((event) => event.type === "tool_call");
    expect(calls.map(({ state }) => state)).toEqual(["running", "completed"]);
    expect(calls[0]).toMatchObject({ name: "terminal", input: expect.stringContaining("outbox/a.txt") });
    expect(textOf(events)).toContain("tool-ok");
    const { folder, outbox } = hermesDefinition.workspace;
    expect(readFileSync(join(stateDir, folder, outbox, "a.txt"), "utf8")).toBe("made\n");
  });

  it("has no shell where that is switched off", async () => {
    writeFiles(inputFor({ tools: noTool }));
    expect(textOf(await turn("[demo:tool name=terminal args={}]"))).toContain("Offered: none");
  });

  it("is a failure in plain words when the provider refuses", async () => {
    llm.setKey("another");
    expect(await turn("hi")).toMatchObject([{ type: "failure", code: "provider_key_refused" }]);
  });

  it("is a failure when nobody is at the provider's address", async () => {
    await llm.close();
    expect(await turn("hi")).toMatchObject([{ type: "failure", code: "provider_unreachable" }]);
  });

  it("is refused with another token", async () => {
    expect(await turn("hi", { gatewayToken: "other" })).toMatchObject([
      { code: "agent_broke_off", detail: expect.stringContaining("token") },
    ]);
  });

  it("shows its images to the model", async () => {
    await turn("what?", { images: [{ name: "a.png", mediaType: "image/png", base64: "iVBO" }] });
    expect(JSON.stringify(lastBody())).toContain("data:image/png;base64,iVBO");
  });

  it("has room in one body for as many images as are taken, and for the longest text", () => {
    const base64 = Buffer.alloc(hermesDefinition.images.maxTotalBytes).toString("base64");
    const images = [{ name: "a.png", mediaType: "image/png", base64 }];
    const { body } = hermesTurnRequest({ gatewayToken: "t", session: "s", text: "\u0001".repeat(100_000), images });
    expect(Buffer.byteLength(body)).toBeLessThan(10_000_000);
  });
});

function textOf(events: readonly GatewayEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}
