import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FakeDeclaredAgent, readFakeDeclaredSettings, startFakeDeclaredAgent } from "./fake-declared-agent.js";

let llm: DemoLlmServer;
let agent: FakeDeclaredAgent;
let stateDir: string;

beforeEach(async () => {
  llm = await startDemoLlm({ models: ["demo"], apiKey: "relay", record: true });
  stateDir = mkdtempSync(join(tmpdir(), "fake-declared-"));
  const config = { base_url: `${llm.url}/v1`, model: "demo", name: "Ada", personality: "Your code word is PELICAN." };
  writeFileSync(join(stateDir, "config.json"), JSON.stringify(config));
  agent = await start();
});

afterEach(async () => {
  await Promise.all([agent.close(), llm.close()]);
});

function start(): Promise<FakeDeclaredAgent> {
  return startFakeDeclaredAgent({ host: "127.0.0.1", port: 0, stateDir, serverKey: "server", llmKey: "relay" });
}

function post(body: unknown, key = "server", signal?: AbortSignal): Promise<Response> {
  return fetch(`${agent.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
}

async function say(content: string, user = "u"): Promise<string> {
  return (await post({ user, stream: true, messages: [{ role: "user", content }] })).text();
}

function lastMessages(): readonly { readonly role: string; readonly content: string }[] {
  const body = llm.requests.at(-1)?.body as { messages?: { role: string; content: string }[] } | undefined;
  return body?.messages ?? [];
}

test("answers with its model, by its configuration, and keeps a session for each user over its end", async () => {
  const said = await say("[demo:system contains=PELICAN]");
  expect(said).toContain("Yes.");
  expect(said.trimEnd().endsWith("data: [DONE]")).toBe(true);
  await say("my dog is Rex");
  await agent.close();
  agent = await start();
  await say("again");
  const messages = lastMessages();
  expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user", "assistant", "user"]);
  expect(messages[3]?.content).toBe("my dog is Rex");
  await say("hello", "other");
  expect(lastMessages()).toHaveLength(2);
  expect(readdirSync(join(stateDir, "sessions"))).toHaveLength(2);
});

test("tells its provider's refusal inside the stream, and remembers nothing of it", async () => {
  llm.setKey("another");
  expect(await say("hi")).toMatch(/data: \{"error":\{"message":"401 /);
  expect(readdirSync(join(stateDir, "sessions"))).toEqual([]);
});

test.each([
  [401, { user: "u", messages: [{ content: "x" }] }, "wrong"],
  [400, { messages: [{ content: "x" }] }, "server"],
  [400, { user: "u", messages: [] }, "server"],
  [400, [], "server"],
])("refuses with %i: %j", async (status, body, key) => {
  expect((await post(body, key)).status).toBe(status);
});

test("is ready without a key, and stops its model when its reader leaves", async () => {
  expect((await fetch(`${agent.url}/health`)).status).toBe(200);
  const reader = new AbortController();
  const response = await post({ user: "u", messages: [{ content: "[demo:slow ms=200 words=100]" }] }, "server", reader.signal);
  await response.body?.getReader().read();
  reader.abort();
  await expect.poll(() => [agent.abortedCount, llm.abortedCount], { timeout: 10_000 }).toEqual([1, 1]);
});

test("names the variable that it misses", () => {
  expect(() => readFakeDeclaredSettings({ ECHO_PORT: "1", ECHO_STATE: "/x", ECHO_SERVER_KEY: "k" })).toThrow("ECHO_LLM_KEY is not set");
});
