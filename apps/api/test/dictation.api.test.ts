import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Agent } from "@mosaic/contracts/agent";
import { dictationMaxBytes } from "@mosaic/contracts/dictation";
import type { Problem } from "@mosaic/contracts/problem";
import type { Provider } from "@mosaic/contracts/provider";
import { startTranscriptionProvider, type TranscriptionProvider } from "@mosaic/testing/transcription-provider";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createOutboundClient } from "@mosaic/outbound/outbound-client";
import { createAddressPolicy } from "@mosaic/outbound/address-policy";
import { transcribe } from "../src/modules/dictation/transcription-call.js";
import { agentOf } from "./harness/chat.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

const apiKey = "sk-only-for-mosaic";
const webm = (bytes = 1_000): Buffer => Buffer.concat([Buffer.from("1a45dfa3", "hex"), randomBytes(bytes - 4)]);

let app: TestApp;
let speech: TranscriptionProvider;

beforeAll(async () => {
  app = await startTestApp();
  speech = await startTranscriptionProvider({ text: " Remember the pelican. ", apiKey });
  await (await app.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
});

afterAll(async () => {
  await app?.close();
  await speech?.close();
});

async function provider(client: TestClient, transcriptionModel: string | null = "whisper-1"): Promise<Provider> {
  const body = {
    kind: "openai-compatible",
    name: "Ours",
    baseUrl: `${speech.url}/v1`,
    apiKey,
    models: [{ id: "chat-one" }],
    transcriptionModel,
  };
  const made = await client.post("/api/providers", body);
  expect(made.status).toBe(201);
  return made.json<Provider>();
}

async function agent(client: TestClient, providerId: string): Promise<Agent> {
  return (await client.post("/api/agents", { name: "Ada", model: { providerId, model: "chat-one" } })).json<Agent>();
}

interface Written {
  readonly status: number;
  readonly text: string;
  readonly problem: Problem | null;
}

async function dictate(client: TestClient, agentId: string, audio: Buffer = webm(), signal?: AbortSignal): Promise<Written> {
  const response = await fetch(`${client.baseUrl}/api/agents/${agentId}/transcription`, {
    method: "POST",
    headers: { origin: client.baseUrl, cookie: client.cookie ?? "", "content-type": "audio/webm" },
    body: new Uint8Array(audio),
    ...(signal === undefined ? {} : { signal }),
  });
  const answer = (await response.json()) as { text?: string } & Problem;
  return { status: response.status, text: answer.text ?? "", problem: response.ok ? null : answer };
}

async function person(transcriptionModel: string | null = "whisper-1"): Promise<{ client: TestClient; made: Agent; providerId: string }> {
  const client = await app.member(uniqueName("ann"));
  const { id: providerId } = await provider(client, transcriptionModel);
  return { client, made: await agent(client, providerId), providerId };
}

test("what somebody says is written down by their agent's provider, with its key, and kept nowhere", async () => {
  const { client, made } = await person();
  expect(made.effectiveModel).toMatchObject({ canDictate: true });
  expect(await dictate(client, made.id, webm(2_000))).toMatchObject({ status: 200, text: "Remember the pelican." });
  expect(speech.heard.at(-1)).toEqual({
    model: "whisper-1",
    fileName: "speech.webm",
    type: "audio/webm",
    bytes: 2_000,
    authorization: `Bearer ${apiKey}`,
  });
  expect(await app.database.query("SELECT 1 FROM messages UNION ALL SELECT 1 FROM conversations")).toEqual([]);
});

test("where the provider has no model for it there is no dictation, and setting one brings it", async () => {
  const { client, made, providerId } = await person(null);
  expect(made.effectiveModel).not.toHaveProperty("canDictate");
  expect(await dictate(client, made.id)).toMatchObject({ status: 409 });
  const changed = await client.patch(`/api/providers/${providerId}`, { transcriptionModel: "whisper-1" });
  expect(changed.json<Provider>().transcriptionModel).toBe("whisper-1");
  expect((await agentOf(client, made.id)).effectiveModel).toMatchObject({ canDictate: true });
  expect(await dictate(client, made.id)).toMatchObject({ status: 200 });
  await client.patch(`/api/providers/${providerId}`, { transcriptionModel: null });
  expect(await dictate(client, made.id)).toMatchObject({ status: 409 });
});

test("a kind that writes nothing down keeps no model for it", async () => {
  const client = await app.member(uniqueName("ann"));
  const body = { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }], transcriptionModel: "whisper-1" };
  expect((await client.post("/api/providers", body)).json<Provider>().transcriptionModel).toBeNull();
});

test("nobody speaks to another's agent, an admin neither", async () => {
  const { made } = await person();
  const missing = await dictate(await app.member(uniqueName("bob")), "0198c1b2-7a60-7c3e-8f00-0123456789ab");
  for (const other of [await app.member(uniqueName("bob")), await app.admin()]) {
    expect((await dictate(other, made.id)).problem).toMatchObject({ code: "not_found", title: missing.problem?.title });
  }
});

test.each([
  ["no recording", Buffer.from("<html>"), 400],
  ["nothing", Buffer.alloc(0), 400],
  ["too much", webm(dictationMaxBytes + 1), 413],
])("%s is refused, and the provider hears nothing of it", async (_what, audio, status) => {
  const { client, made } = await person();
  const before = speech.heard.length;
  expect((await dictate(client, made.id, audio)).status).toBe(status);
  expect(speech.heard).toHaveLength(before);
});

test.each([
  [401, "provider_key_refused"],
  [429, "provider_rate_limited"],
  [404, "provider_model_missing"],
  [500, "provider_failed"],
])("a provider's refusal (%d) is told in its own words", async (status, code) => {
  const { client, made } = await person();
  speech.answer({ status, body: JSON.stringify({ error: { message: "the ear is closed" } }) });
  const { problem } = await dictate(client, made.id).finally(() => speech.answer(null));
  expect(problem).toMatchObject({ code, detail: expect.stringContaining("“the ear is closed”") });
});

test("an answer that is no transcription is told as such", async () => {
  const { client, made } = await person();
  for (const body of ["<html>", "{}", '{"text":1}', "null"]) {
    speech.answer({ status: 200, body });
    expect((await dictate(client, made.id).finally(() => speech.answer(null))).problem?.code).toBe("provider_failed");
  }
});

test("of a provider that an admin shares, members are told neither its words nor its model", async () => {
  const admin = await app.admin();
  const { id: providerId } = await provider(admin, "whisper-of-the-team");
  await app.database.query("UPDATE llm_providers SET is_shared = true WHERE id = $1", [providerId]);
  const client = await app.member(uniqueName("ann"));
  const made = await agent(client, providerId);
  expect(await dictate(client, made.id)).toMatchObject({ status: 200 });
  speech.answer({ status: 401, body: JSON.stringify({ error: { message: `the key ${apiKey} of the boss` } }) });
  const { problem } = await dictate(client, made.id).finally(() => speech.answer(null));
  expect(problem?.code).toBe("provider_key_refused");
  expect(JSON.stringify(problem)).not.toMatch(/sk-only|boss|whisper-of-the-team|127\.0\.0\.1/);
});

test("one recording of a person at a time is written down, and others are not kept waiting by it", async () => {
  const ann = await person();
  const bob = await person();
  speech.answer("hangs");
  const controller = new AbortController();
  const hanging = fetch(`${ann.client.baseUrl}/api/agents/${ann.made.id}/transcription`, {
    method: "POST",
    headers: { origin: ann.client.baseUrl, cookie: ann.client.cookie ?? "", "content-type": "audio/webm" },
    body: new Uint8Array(webm()),
    signal: controller.signal,
  }).catch(() => "left");
  await expect.poll(speech.left, { timeout: 5_000 }).toBe(1);
  expect((await dictate(ann.client, ann.made.id)).problem?.code).toBe("overloaded");
  speech.answer(null);
  expect(await dictate(bob.client, bob.made.id)).toMatchObject({ status: 200 });
  controller.abort();
  expect(await hanging).toBe("left");
  // Whoever leaves makes room at once.
  await expect.poll(async () => (await dictate(ann.client, ann.made.id)).status, { timeout: 5_000 }).toBe(200);
});

test("a ninth person waits for their turn, and is refused only for a second recording of their own", async () => {
  const others = await Promise.all(Array.from({ length: 8 }, async () => person()));
  const ann = await person();
  const before = speech.left();
  speech.answer("hangs");
  const leaving = new AbortController();
  const hanging = others.map(async ({ client, made }) => dictate(client, made.id, webm(), leaving.signal).catch(() => "left"));
  await expect.poll(speech.left, { timeout: 5_000 }).toBe(before + 8);
  speech.answer(null);
  const both = [dictate(ann.client, ann.made.id), dictate(ann.client, ann.made.id)];
  expect((await Promise.race(both)).problem?.detail).toMatch(/^Your last recording/);
  leaving.abort();
  expect((await Promise.all(both)).filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await Promise.all(hanging)).toEqual(others.map(() => "left"));
});

test("an answer that comes drop by drop, without an end, is given up", async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json" });
    const drip = setInterval(() => response.write(" "), 20);
    response.once("close", () => clearInterval(drip));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => server.close().closeAllConnections());
  const client = createOutboundClient({ policy: () => createAddressPolicy(["127.0.0.1"]) });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const audio = new Uint8Array(webm());
  const call = { baseUrl, apiKey: null, model: "whisper-1", audio, kind: { type: "audio/webm", ending: "webm" }, isQuoted: true };
  const written = transcribe(client, call, new AbortController().signal, { headMs: 10_000, silenceMs: 10_000, totalMs: 300 });
  await expect(written).rejects.toMatchObject({ code: "provider_timeout" });
  await expect.poll(async () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
});
