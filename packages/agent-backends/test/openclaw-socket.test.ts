import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { randomUUID } from "node:crypto";
import type { DialogueInput, GatewayDialogue, GatewayEvent } from "../src/agent-backend.js";
import { openclawBackend } from "../src/openclaw.js";
import { openOpenclawDialogue } from "../src/openclaw-dialogue.js";
import { createOpenclawProcess, type OpenclawProcess } from "./openclaw-process.js";
import { isSkipped, requireOpenclaw, skipReason } from "./real-openclaw.js";
import { everyTool, someInput, someProvider } from "./render-input.js";
import { speak, type SpokenTurn } from "./socket-client.js";

const gatewayToken = "gateway-token-of-this-test";

describe.skipIf(isSkipped)(`the real OpenClaw over its WebSocket${skipReason}`, () => {
  let llm: DemoLlmServer;
  let openclaw: OpenclawProcess;

  beforeAll(async () => {
    requireOpenclaw();
    llm = await startDemoLlm({ models: ["mosaic-demo"], record: true });
    openclaw = await createOpenclawProcess();
    const provider = someProvider("openai-compatible", {
      baseUrl: `${llm.url}/v1`,
      apiKey: "sk-1",
      models: [{ id: "mosaic-demo", reasoning: true }],
    });
    const agent = { ...someInput().agent, tools: everyTool };
    const gateway = { token: gatewayToken, port: openclaw.port, bind: "loopback" } as const;
    const input = { ...someInput(), agent, isIsolated: true, models: [{ provider, model: "mosaic-demo" }] as const };
    await openclaw.apply(openclawBackend.render({ ...input, gateway, stateDir: openclaw.stateDir }));
    await openclaw.start();
    await said("warm up").ended;
  }, 180_000);

  afterEach(() => llm.setBehaviour(null));
  afterAll(async () => {
    await openclaw?.remove();
    await llm?.close();
  });

  const dialogueOf = (text: string, over: Partial<DialogueInput> = {}): GatewayDialogue =>
    openOpenclawDialogue({ gatewayToken, session: randomUUID(), turnId: randomUUID(), text, said: null, ...over });
  const said = (text: string, over: Partial<DialogueInput> = {}): SpokenTurn => speak(openclaw.port, dialogueOf(text, over));
  const overHttp = async (text: string): Promise<GatewayEvent | undefined> => {
    const response = await openclaw.send(openclawBackend.turnRequest({ gatewayToken, session: randomUUID(), text }));
    const stream = openclawBackend.openStream();
    const events: GatewayEvent[] = [];
    for await (const chunk of response.body ?? []) events.push(...stream.push(chunk));
    return [...events, ...stream.close()].at(-1);
  };

  it("answers, and tells what it took", async () => {
    const turn = said("hello there");
    expect(await turn.ended).toEqual({ type: "end" });
    expect(turn.stages).toEqual(["opening", "taken"]);
    expect(textOf(turn.events)).toMatch(/> hello there\n\nI was sent 1 message\.$/);
    expect(usageOf(turn.events)).toMatchObject({ inputTokens: expect.any(Number), outputTokens: 20 });
  });

  it("tells what its model thinks before it speaks", async () => {
    const turn = said("[demo:think words=12]");
    expect(await turn.ended).toEqual({ type: "end" });
    const thought = turn.events.map((event) => (event.type === "reasoning" ? event.text : "")).join("");
    expect(thought.trim()).toBe(Array.from({ length: 12 }, (_, index) => `thought${index + 1}`).join(" "));
    expect(textOf(turn.events)).toContain("I have thought about it.");
  });

  it("tells a tool's call with what it was given and what it said, and counts both calls of the model", async () => {
    const turn = said('[demo:tool name=read args={"path":"SOUL.md"}]');
    expect(await turn.ended).toEqual({ type: "end" });
    const calls = turn.events.filter((event) => event.type === "tool_call");
    expect(calls[0]).toMatchObject({ name: "read", state: "running", input: '{"path":"SOUL.md"}' });
    expect(calls.at(-1)).toMatchObject({ id: calls[0]?.id, name: "read", state: "completed", output: expect.stringContaining("You are") });
    expect(textOf(turn.events)).toContain("The tool answered");
    const [first, ...rest] = turn.events.filter((event) => event.type === "usage");
    expect(rest.at(-1)?.usage.outputTokens).toBeGreaterThan(first?.usage.outputTokens ?? Infinity);
  });

  it("tells a command that ended with a fault as one that failed", async () => {
    const turn = said('[demo:tool name=exec args={"command":"echo hi; exit 3"}]');
    await turn.ended;
    const calls = turn.events.filter((event) => event.type === "tool_call");
    expect(calls.at(-1)).toMatchObject({ name: "exec", state: "failed", output: expect.stringContaining("hi") });
  });

  it.each(["/new", "/model p/x", "/help me"])("sends %s as the text that it is", async (text) => {
    const turn = said(text);
    expect(await turn.ended).toEqual({ type: "end" });
    expect(textOf(turn.events)).toContain(`> ${text}`);
  });

  it("stops where it is asked to, and the next message is answered", async () => {
    const session = randomUUID();
    const dialogue = dialogueOf("[demo:slow ms=100 words=400]", { session });
    const turn = speak(openclaw.port, dialogue);
    await turn.until((events) => textOf(events).includes("word3"));
    const before = llm.abortedCount;
    turn.send(dialogue.stop());
    expect(await turn.ended).toMatchObject({ type: "failure", code: "agent_broke_off" });
    await expect.poll(() => llm.abortedCount).toBeGreaterThan(before);
    expect(await said("and now?", { session }).ended).toEqual({ type: "end" });
  });

  it("goes on without its reader, who comes back on another connection and misses nothing", async () => {
    const [session, turnId] = [randomUUID(), randomUUID()];
    const dialogue = dialogueOf("[demo:slow ms=100 words=40]", { session, turnId });
    const first = speak(openclaw.port, dialogue);
    await first.until((events) => textOf(events).includes("word5"));
    first.drop();
    dialogue.reopen();
    const second = speak(openclaw.port, dialogue);
    expect(await second.ended).toEqual({ type: "end" });
    expect(wordsOf([...first.events, ...second.events])).toEqual(numbered(40));
  });

  it("is taken up by another process that knows only what was told, also when it has ended meanwhile", async () => {
    const [session, turnId] = [randomUUID(), randomUUID()];
    const first = said("[demo:slow ms=50 words=30]", { session, turnId });
    await first.until((events) => textOf(events).includes("word5"));
    first.drop();
    const known = textOf(first.events);
    const second = said("", { session, turnId, said: known });
    await second.until((events) => events.length > 2);
    second.drop();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const third = said("", { session, turnId, said: known });
    expect(await third.ended).toEqual({ type: "end" });
    expect(wordsOf([...first.events, ...third.events])).toEqual(numbered(30));
    expect(usageOf(third.events)?.outputTokens).toBe(30);
  }, 30_000);

  it("tells a long answer whole to somebody who comes back after its end", async () => {
    const [session, turnId] = [randomUUID(), randomUUID()];
    const first = said("[demo:long words=3000]", { session, turnId });
    await first.until((events) => textOf(events).length > 0);
    first.drop();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const second = said("", { session, turnId, said: textOf(first.events) });
    expect(await second.ended).toEqual({ type: "end" });
    expect(wordsOf([...first.events, ...second.events])).toEqual(numbered(3000));
    const third = said("[demo:long words=3000]", { session, turnId, mayBeThere: true });
    expect(await third.ended).toEqual({ type: "end" });
    expect(wordsOf(third.events)).toEqual(numbered(3000));
  }, 30_000);

  it("never makes a second run of a message that is sent again, and tells its answer", async () => {
    const [session, turnId] = [randomUUID(), randomUUID()];
    const text = "[demo:slow ms=20 words=20]";
    await said(text, { session, turnId }).ended;
    const calls = llm.requests.length;
    const again = said(text, { session, turnId });
    expect(await again.ended).toEqual({ type: "end" });
    expect(wordsOf(again.events)).toEqual(numbered(20));
    expect(llm.requests.length).toBe(calls);
  });

  it("knows nothing of a turn that it never had", async () => {
    expect(await said("", { said: "half of it" }).ended).toMatchObject({ type: "failure", code: "agent_broke_off" });
  });

  it("takes a message in the place of one that goes on without Mosaic", async () => {
    const session = randomUUID();
    const left = said("[demo:slow ms=100 words=400]", { session });
    await left.until((events) => textOf(events).includes("word2"));
    left.drop();
    const next = said("still there?", { session });
    expect(await next.ended).toEqual({ type: "end" });
    expect(textOf(next.events)).toContain("> still there?");
  });

  it("says that a token is another one's", async () => {
    const dialogue = dialogueOf("hello", { gatewayToken: "another" });
    const turn = speak(openclaw.port, dialogue);
    await expect.poll(() => turn.stages.at(-1)).toBe("stranger");
  });

  it.each([
    "[demo:fail status=400 message=No such thing]",
    "[demo:fail status=404 message=The model does not exist]",
    "[demo:fail status=429 message=Too much]",
    "[demo:fail status=500 message=Out of order]",
    "[demo:fail status=503 message=Overloaded]",
    "[demo:reset]",
    "[demo:break after=5]",
    // A provider that refused a key is shut out for a minute: the last one.
    "[demo:fail status=401 message=Incorrect API key]",
  ])(
    "names the fault of %s as over HTTP, or better",
    async (text) => {
      const end = await said(text).ended;
      const http = await overHttp(text);
      expect(end.type).toBe("failure");
      if (http?.type === "failure" && http.untoldRunId === undefined) expect(end).toMatchObject({ code: http.code });
      expect(end).toMatchObject({ detail: expect.stringMatching(faults[text] ?? /^$/) });
    },
    30_000,
  );
});

/** What a person reads of each: the provider's own words, where OpenClaw passes them on. */
const faults: Readonly<Record<string, RegExp>> = {
  "[demo:fail status=400 message=No such thing]": /“400 No such thing”/,
  "[demo:fail status=404 message=The model does not exist]": /does not know this model.*“404 The model does not exist”/,
  "[demo:fail status=429 message=Too much]": /Wait 5 seconds.*“429 Too much/,
  "[demo:fail status=500 message=Out of order]": /has a fault or is overloaded.*“500 Out of order”/,
  "[demo:fail status=503 message=Overloaded]": /has a fault or is overloaded.*“503 Overloaded/,
  "[demo:reset]": /can't be reached, or it hung up/,
  "[demo:break after=5]": /broke off in the middle of its answer/,
  "[demo:fail status=401 message=Incorrect API key]": /did not accept the key.*“401 Incorrect API key”/,
};

function textOf(events: readonly GatewayEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}

function wordsOf(events: readonly GatewayEvent[]): string[] {
  return textOf(events).match(/word\d+/g) ?? [];
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `word${index + 1}`);
}

function usageOf(events: readonly GatewayEvent[]): { inputTokens: number; outputTokens: number } | undefined {
  return events.findLast((event) => event.type === "usage")?.usage;
}
