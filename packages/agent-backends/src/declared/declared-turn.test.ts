import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { declaredBackend } from "@mosaic/contracts/declared-backend";
import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { type FakeDeclaredAgent, readFakeDeclaredSettings, startFakeDeclaredAgent } from "@mosaic/testing/fake-declared-agent";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { someInput, someProvider } from "../../test/render-input.js";
import type { GatewayEvent, RenderInput, TurnRequestInput } from "../agent-backend.js";
import { definitionOf } from "./definition.js";

const declaration = new URL("../../../../docker/stand-ins/declared/declaration.json", import.meta.url);
const echo = definitionOf(declaredBackend.parse(JSON.parse(readFileSync(declaration, "utf8"))));
const model = 'demo-"${HOME}';

let llm: DemoLlmServer;
let agent: FakeDeclaredAgent;

beforeEach(async () => {
  llm = await startDemoLlm({ models: [model], apiKey: "relay-token-canary", record: true });
  agent = await boot(inputFor());
});

afterEach(async () => {
  await Promise.all([agent.close(), llm.close()]);
});

function inputFor(): RenderInput {
  const provider = someProvider("openai-compatible", { baseUrl: `${llm.url}/v1`, apiKey: null });
  const stateDir = mkdtempSync(join(tmpdir(), "declared-turn-"));
  const personality = 'Speak "plainly".\nYour code word is PELICAN.';
  return someInput({
    stateDir,
    models: [{ provider, model }],
    agent: { ...someInput().agent, name: 'A"da', personality },
    gateway: { ...someInput().gateway, port: 0 },
  });
}

/** As the supervisor does it. */
async function boot(input: RenderInput): Promise<FakeDeclaredAgent> {
  const { files, launch } = echo.render(input);
  for (const { path, content } of files) {
    mkdirSync(dirname(join(input.stateDir, path)), { recursive: true });
    writeFileSync(join(input.stateDir, path), content);
  }
  return startFakeDeclaredAgent(readFakeDeclaredSettings(launch.env));
}

async function turn(text: string, over: Partial<TurnRequestInput> = {}): Promise<GatewayEvent[]> {
  const { path, headers, body } = echo.turnRequest({ gatewayToken: "gateway-token-canary", session: "c-1", text, ...over });
  const response = await fetch(agent.url + path, { method: "POST", headers, body });
  if (response.status !== 200) return [{ type: "failure", ...echo.explainResponse(response.status, await response.text()) }];
  const stream = echo.openStream();
  const events: GatewayEvent[] = [];
  for await (const chunk of response.body ?? []) events.push(...stream.push(chunk));
  return [...events, ...stream.close()];
}

function textOf(events: readonly GatewayEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}

describe("a turn with the declared agent of docker/stand-ins/declared", () => {
  it("is an answer of the configured model, which reads the name and the personality", async () => {
    const events = await turn("[demo:system contains=PELICAN]");
    expect(textOf(events)).toContain("Yes.");
    expect(events.at(-1)).toEqual({ type: "end" });
    expect(events.at(-2)).toMatchObject({ type: "usage" });
    const sent = llm.requests.at(-1)?.body as { model: string; messages: { content: string }[] };
    expect([sent.model, sent.messages[0]?.content]).toEqual([model, 'Your name is A"da.\n\nSpeak "plainly".\nYour code word is PELICAN.']);
  });

  it("remembers its conversation and no other", async () => {
    await turn("my lucky number is QUAGGA-4711");
    expect(textOf(await turn("[demo:recall]"))).toContain("QUAGGA-4711");
    expect(textOf(await turn("[demo:recall]", { session: "c-2" }))).not.toContain("QUAGGA-4711");
  });

  it("is a failure in plain words when the provider refuses, and when the key is another one", async () => {
    llm.setKey("another");
    expect(await turn("hi")).toMatchObject([{ type: "failure", code: "provider_key_refused" }]);
    expect(await turn("hi", { gatewayToken: "other" })).toMatchObject([
      { code: "agent_broke_off", detail: expect.stringContaining("key") },
    ]);
  });

  it("is a failure when nobody is at the provider's address", async () => {
    await llm.close();
    expect(await turn("hi")).toMatchObject([{ type: "failure", code: "agent_broke_off" }]);
  });
});
