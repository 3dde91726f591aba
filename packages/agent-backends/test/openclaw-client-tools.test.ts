import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClientTools, GatewayDialogue, GatewayEvent } from "../src/agent-backend.js";
import { openOpenclawDialogue } from "../src/openclaw-dialogue.js";
import { openclawBackend } from "../src/openclaw.js";
import { createOpenclawProcess, type OpenclawProcess } from "./openclaw-process.js";
import { isSkipped, requireOpenclaw, skipReason } from "./real-openclaw.js";
import { everyTool, someInput, someProvider } from "./render-input.js";
import { speak } from "./socket-client.js";

const gatewayToken = "gateway-token-of-this-test";
const asking = '[demo:tool name=get_weather args={"city":"Aachen"}]';
const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
};
const clock = { type: "function", function: { name: "get_clock" } };

describe.skipIf(isSkipped)(`the real OpenClaw with tools of a program${skipReason}`, () => {
  let llm: DemoLlmServer;
  let openclaw: OpenclawProcess;

  beforeAll(async () => {
    requireOpenclaw();
    llm = await startDemoLlm({ models: ["mosaic-demo"], record: true });
    openclaw = await createOpenclawProcess();
    const provider = someProvider("openai-compatible", { baseUrl: `${llm.url}/v1`, models: [{ id: "mosaic-demo" }] });
    const agent = { ...someInput().agent, tools: everyTool };
    const gateway = { token: gatewayToken, port: openclaw.port, bind: "loopback" } as const;
    const input = { ...someInput(), agent, models: [{ provider, model: "mosaic-demo" }] as const };
    await openclaw.apply(openclawBackend.render({ ...input, gateway, stateDir: openclaw.stateDir }));
    await openclaw.start();
    await turn("warm-up", "warm up", null);
  }, 180_000);

  afterAll(async () => {
    await openclaw?.remove();
    await llm?.close();
  });

  const send = async (session: string, text: string, client: ClientTools | null): Promise<Response> =>
    openclaw.send(openclawBackend.turnRequest({ gatewayToken, session, text, client }));
  const turn = async (session: string, text: string, client: ClientTools | null): Promise<GatewayEvent[]> => {
    const response = await send(session, text, client);
    const stream = openclawBackend.openStream();
    const events: GatewayEvent[] = [];
    for await (const chunk of response.body ?? []) events.push(...stream.push(chunk));
    return [...events, ...stream.close()].filter(({ type }) => type !== "usage");
  };
  /** What the model was told last. */
  const told = (): string => JSON.stringify(llm.requests.at(-1)?.body);

  it("has the program run them, and goes on with what they came to", async () => {
    const events = await turn("a", asking, { tools: [weather, clock] });
    const called = { name: "get_weather", state: "running", isForClient: true, arguments: '{"city":"Aachen"}' };
    expect(events).toEqual([
      { type: "tool_call", id: expect.stringMatching(/^\w+$/), ...called, input: called.arguments },
      { type: "end" },
    ]);
    const [call] = events;
    const id = call?.type === "tool_call" ? call.id : "";
    const calls = [{ id, name: "get_weather", arguments: called.arguments }];
    const answer = await turn("a", "", { tools: [weather], calls, results: [{ callId: id, content: "sunny, 21 degrees" }] });
    expect(answer.at(-1)).toEqual({ type: "end" });
    expect(textOf(answer)).toContain(`Tool:${id}: sunny, 21 degrees`);
    expect(told()).toContain(`tool_call id=${id} name=get_weather`);
    expect(textOf(await turn("a", "[demo:recall]", null))).toContain("get_weather");
  }, 60_000);

  it("takes one that says nothing of what it takes", async () => {
    const events = await turn("b", "[demo:tool name=get_clock args={}]", { tools: [clock] });
    expect(events).toMatchObject([{ type: "tool_call", name: "get_clock", arguments: "{}" }, { type: "end" }]);
  }, 60_000);

  it("takes a result without a word, and what is said beside results", async () => {
    expect(textOf(await turn("c", "", { tools: [], results: [{ callId: "c1", content: "" }] }))).toContain("Tool:c1:");
    const beside = await turn("c", "and now?", { tools: [], results: [{ callId: "c2", content: "rain" }] });
    expect(textOf(beside)).toContain("User: and now?");
    expect(told()).toContain("Tool:c2: rain");
  }, 60_000);

  it("keeps to the program's choice, and says so where its model does not", async () => {
    expect(textOf(await turn("d", asking, { tools: [weather], toolChoice: "none" }))).toContain("No tool `get_weather` was offered");
    const chosen = { type: "function", function: { name: "get_weather" } };
    expect(await turn("d", asking, { tools: [weather, clock], toolChoice: chosen })).toMatchObject([
      { name: "get_weather" },
      { type: "end" },
    ]);
    expect(await turn("d", "hello", { tools: [weather], toolChoice: "required" })).toMatchObject([
      { type: "failure", code: "agent_broke_off", detail: expect.stringContaining("the model made none") },
    ]);
  }, 60_000);

  it("refuses tools that it can't offer", async () => {
    const own = { type: "function", function: { name: "read", parameters: { type: "object" } } };
    expect(await turn("e", "hello", { tools: [own] })).toMatchObject([{ type: "failure", code: "invalid_input" }]);
    const response = await send("e", "hello", { tools: [{ type: "custom", custom: {} }] });
    const failure = openclawBackend.explainResponse(response.status, await response.text());
    expect(failure).toMatchObject({ code: "invalid_input", detail: expect.stringContaining("only function tools are supported") });
  }, 60_000);

  it("takes none over its WebSocket", async () => {
    const dialogue = openOpenclawDialogue({ gatewayToken, session: "f", turnId: randomUUID(), text: asking, said: null });
    const withTools: GatewayDialogue = {
      ...dialogue,
      receive: (frame) => {
        const step = dialogue.receive(frame);
        const sent = step.send.map((each) => {
          const request = JSON.parse(each) as { method: string; params: object };
          return request.method === "chat.send" ? JSON.stringify({ ...request, params: { ...request.params, tools: [weather] } }) : each;
        });
        return { ...step, send: sent };
      },
    };
    const ending = await speak(openclaw.port, withTools).ended;
    expect(ending).toMatchObject({ type: "failure", detail: expect.stringContaining("unexpected property 'tools'") });
  }, 60_000);
});

function textOf(events: readonly GatewayEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}
