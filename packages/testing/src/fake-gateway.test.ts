import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type FakeGateway, type FakeGatewayOptions, startFakeGateway } from "./fake-gateway.js";

const agentToken = "gateway-token";
let gateway: FakeGateway;

afterEach(() => gateway.close());

async function start(options: Partial<FakeGatewayOptions> = {}): Promise<void> {
  gateway = await startFakeGateway({ token: agentToken, ...options });
}

interface Ask {
  sessionKey?: string;
  signal?: AbortSignal;
  [field: string]: unknown;
}

function chat(content: string, { sessionKey, signal, ...fields }: Ask = {}): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${agentToken}`,
      ...(sessionKey ? { "x-openclaw-session-key": sessionKey } : {}),
    },
    body: JSON.stringify({
      model: "openclaw/main",
      messages: [{ role: "user", content }],
      ...fields,
    }),
    ...(signal ? { signal } : {}),
  });
}

async function answerTo(content: string, ask: Ask = {}): Promise<string> {
  const answer = (await (await chat(content, ask)).json()) as {
    choices: { message: { content: string } }[];
  };
  return answer.choices[0]?.message.content ?? "";
}

async function streamed(content: string, ask: Ask = {}): Promise<string[]> {
  const text = await (await chat(content, { stream: true, ...ask })).text();
  return text.split("\n\n").filter((event) => event !== "");
}

describe("probes", () => {
  test("are open; readiness comes when it is ready", async () => {
    await start({ readyAfterMs: Number.POSITIVE_INFINITY });
    const status = async (path: string): Promise<number> => (await fetch(`${gateway.url}${path}`)).status;
    expect(await status("/healthz")).toBe(200);
    expect(await status("/readyz")).toBe(503);
    expect(await status("/startupz")).toBe(503);
    gateway.setReady(true);
    expect(await (await fetch(`${gateway.url}/readyz`)).json()).toMatchObject({ ready: true });
    expect(await status("/startupz")).toBe(200);
    expect(await status("/elsewhere")).toBe(404);
  });

  test("become ready after the time they were given", async () => {
    await start({ readyAfterMs: 50 });
    await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  });
});

describe("who may ask what", () => {
  test("without its token everything is one and the same 401", async () => {
    await start();
    for (const authorization of ["", "Bearer wrong"]) {
      const refused = await fetch(`${gateway.url}/v1/models`, { headers: { authorization } });
      expect(refused.status).toBe(401);
      expect(await refused.text()).toBe('{"error":{"message":"Unauthorized","type":"unauthorized"}}');
    }
  });

  test("lists its agents, and refuses a model that is none of them", async () => {
    await start();
    const headers = { authorization: `Bearer ${agentToken}` };
    const models = await (await fetch(`${gateway.url}/v1/models`, { headers })).json();
    expect(models).toMatchObject({
      data: [{ id: "openclaw" }, { id: "openclaw/default" }, { id: "openclaw/main" }],
    });
    const unknown = await chat("hi", { model: "openclaw/nope" });
    expect(unknown.status).toBe(400);
    expect(await unknown.text()).toBe(`{"error":{"message":"Unknown agent 'nope'.","type":"invalid_request_error"}}`);
    expect((await chat("hi", { model: "gpt-4" })).status).toBe(400);
  });

  test("with several agents the short model names are refused", async () => {
    await start({ agentIds: ["main", "writer"] });
    expect((await chat("hi", { model: "openclaw" })).status).toBe(400);
    expect((await chat("hi", { model: "openclaw/writer" })).status).toBe(200);
  });
});

describe("a stream", () => {
  test("is a role at once, pieces, a finish reason and [DONE]", async () => {
    await start();
    const events = await streamed("hello");
    expect(events[0]).toMatch(/"choices":\[\{"index":0,"delta":\{"role":"assistant"\},/);
    expect(events.at(-2)).toContain('"delta":{},"finish_reason":"stop"');
    expect(events.at(-1)).toBe("data: [DONE]");
    expect(events.join("")).not.toContain("usage");
    const withUsage = await streamed("hello", { stream_options: { include_usage: true } });
    expect(withUsage.at(-2)).toContain('"choices":[],"usage"');
  });

  test("sends its role before the model has said anything", async () => {
    await start();
    const leave = new AbortController();
    const response = await chat("[demo:hang]", { stream: true, signal: leave.signal });
    const first = await response.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toContain('"role":"assistant"');
    leave.abort();
    await expect.poll(() => gateway.abortedCount).toBe(1);
  });

  test("breaks off when told to", async () => {
    await start();
    const response = await chat("[demo:break after=2]", { stream: true });
    await expect(response.text()).rejects.toThrow();
  });
});

describe("upstream errors", () => {
  const cases = [
    ["[demo:fail status=401 message=Bad key]", 401, "authentication_error", "401 Bad key"],
    ["[demo:fail status=429 message=Slow down]", 429, "rate_limit_error", "429 Slow down; Retry-After: 5 seconds"],
    ["[demo:fail status=500]", 502, "api_error", "upstream provider error"],
    ["[demo:reset]", 408, "api_error", "upstream provider timeout"],
  ] as const;

  test.each(cases)("%s is %i when not streamed", async (command, status, type, message) => {
    await start();
    const failed = await chat(command);
    expect(failed.status).toBe(status);
    expect(await failed.json()).toEqual({ error: { message, type } });
  });

  test.each(cases)("%s is a 200 with an error in its stream", async (command, _, type, message) => {
    await start();
    const response = await chat(command, { stream: true });
    expect(response.status).toBe(200);
    const events = (await response.text()).split("\n\n");
    expect(events[0]).toContain('"role":"assistant"');
    expect(events[1]).toBe(`data: ${JSON.stringify({ error: { message, type } })}`);
    expect(events[2]).toBe("data: [DONE]");
  });
});

describe("memory", () => {
  test("a session remembers what was said, another and none do not", async () => {
    await start();
    await answerTo("my dog is Rex", { sessionKey: "conv-1" });
    const remembered = await answerTo("what did I say first?", { sessionKey: "conv-1" });
    expect(remembered).toContain("> my dog is Rex");
    expect(remembered).toContain("I was sent 3 messages.");
    expect(await answerTo("recall", { sessionKey: "conv-2" })).not.toContain("Rex");
    expect(await answerTo("recall")).not.toContain("Rex");
    await answerTo("my cat is Tom", { user: "conv:1" });
    expect(await answerTo("recall", { user: "conv:1" })).toContain("Tom");
  });

  test("one session's turns wait for each other, other sessions do not", async () => {
    await start({ record: true });
    const leave = new AbortController();
    const hanging = chat("[demo:hang]", { sessionKey: "conv-1", signal: leave.signal });
    await gateway.waitForRequest(() => true);
    const queued = answerTo("next", { sessionKey: "conv-1" });
    expect(await answerTo("other", { sessionKey: "conv-2" })).toContain("> other");
    expect(gateway.activeCount).toBe(2);
    leave.abort();
    await expect(hanging).rejects.toThrow();
    expect(await queued).toContain("> next");
  });

  test("a turn that was left loses its answer and comes back as a queued message", async () => {
    await start({ record: true });
    const leave = new AbortController();
    const hanging = chat("[demo:hang]", { sessionKey: "conv-1", signal: leave.signal });
    await gateway.waitForRequest(() => true);
    leave.abort();
    await expect(hanging).rejects.toThrow();
    await expect.poll(() => gateway.abortedCount).toBe(1);
    expect(await answerTo("hello", { sessionKey: "conv-1" })).toContain("> hello");
    expect(gateway.messagesOf("conv-1")[0]?.text).toContain("[Queued user message");
  });

  test("sessions in a file outlive the gateway", async () => {
    const sessionsFile = join(mkdtempSync(join(tmpdir(), "fake-gateway-")), "sessions.json");
    await start({ sessionsFile });
    await answerTo("my dog is Rex", { sessionKey: "conv-1" });
    await gateway.close();
    await start({ sessionsFile });
    expect(await answerTo("recall", { sessionKey: "conv-1" })).toContain("Rex");
  });

  test("a changed personality is there in the next turn", async () => {
    await start({ systemPrompt: "You are Ann." });
    expect(await answerTo("[demo:system contains=Ann]")).toContain("Yes.");
    gateway.setSystemPrompt("You are Bob.");
    expect(await answerTo("[demo:system contains=Ann]")).toContain("No.");
  });
});
