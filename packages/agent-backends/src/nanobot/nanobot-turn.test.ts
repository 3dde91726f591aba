import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { type FakeNanobot, startFakeNanobot } from "@mosaic/testing/fake-nanobot";
import { readNanobotSettings } from "@mosaic/testing/fake-nanobot-settings";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { someInput, someProvider } from "../../test/render-input.js";
import type { GatewayEvent, RenderInput, TurnRequestInput } from "../agent-backend.js";
import { nanobotDefinition } from "./nanobot-definition.js";

const model = "demo-${HOME}";
let llm: DemoLlmServer;
let nanobot: FakeNanobot;
let stateDir: string;

beforeEach(async () => {
  llm = await startDemoLlm({ models: [model], apiKey: "relay-token-canary", record: true });
  stateDir = mkdtempSync(join(tmpdir(), "nanobot-turn-"));
  nanobot = await boot(inputFor());
});

afterEach(async () => {
  await Promise.all([nanobot.close(), llm.close()]);
});

function inputFor(): RenderInput {
  const provider = someProvider("openai-compatible", { baseUrl: `${llm.url}/v1`, apiKey: "relay-token-canary" });
  return someInput({ models: [{ provider, model }], gateway: { ...someInput().gateway, port: 0 } });
}

/** As the supervisor does it, with a free port in place of nanobot's own. */
async function boot(input: RenderInput): Promise<FakeNanobot> {
  const { files, launch } = nanobotDefinition.render(input);
  for (const { path, content } of files) {
    mkdirSync(dirname(join(stateDir, path)), { recursive: true });
    writeFileSync(join(stateDir, path), content);
  }
  const fill = (text: string): string => text.replaceAll("{state}", stateDir).replaceAll("{port}", "0");
  const env = Object.fromEntries(Object.entries(launch.env).map(([name, value]) => [name, fill(value)]));
  return startFakeNanobot(readNanobotSettings(launch.args.map(fill), env));
}

async function turn(text: string, over: Partial<TurnRequestInput> = {}): Promise<GatewayEvent[]> {
  const input = { gatewayToken: "gateway-token-canary", session: "c-1", text, ...over };
  const { path, headers, body } = nanobotDefinition.turnRequest(input);
  const response = await fetch(nanobot.url + path, { method: "POST", headers, body });
  if (response.status !== 200) return [{ type: "failure", ...nanobotDefinition.explainResponse(response.status, await response.text()) }];
  const stream = nanobotDefinition.openStream();
  const events: GatewayEvent[] = [];
  for await (const chunk of response.body ?? []) events.push(...stream.push(chunk));
  return [...events, ...stream.close()];
}

function textOf(events: readonly GatewayEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}

describe("a turn with the nanobot that a bundle starts", () => {
  it("is an answer of the configured model, which reads the personality and the name", async () => {
    const events = await turn("[demo:system contains=friendly]");
    expect(textOf(events)).toContain("**Yes.**");
    expect(events.at(-1)).toEqual({ type: "end" });
    expect(textOf(await turn('[demo:system contains="Your name is Ada"]'))).toContain("**Yes.**");
  });

  it("remembers its conversation and no other, also after another start", async () => {
    await turn("my dog is Rex");
    await nanobot.close();
    nanobot = await boot(inputFor());
    expect(textOf(await turn("recall"))).toContain("Rex");
    expect(textOf(await turn("recall", { session: "c-2" }))).not.toContain("Rex");
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
      { type: "failure", code: "agent_broke_off", detail: expect.stringContaining("token") },
    ]);
  });

  it("shows its images to the model", async () => {
    await turn("what?", { images: [{ name: "a.png", mediaType: "image/png", base64: "iVBO" }] });
    expect(JSON.stringify(llm.requests.at(-1)?.body)).toContain("data:image/png;base64,iVBO");
  });
});
