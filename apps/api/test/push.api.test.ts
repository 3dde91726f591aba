import { randomUUIDv7 } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PushMessage, PushSettings, PushTest } from "@mosaic/contracts/push";
import { startPushService, type PushService } from "@mosaic/testing/push-service";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAuthority } from "../../../packages/outbound/test/support/certificates.js";
import { contentContext } from "../src/modules/conversations/message-seal.js";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { PUSH_LIMITS, pushLimits } from "../src/modules/push/push-limits.js";
import { createAgent, createConversation, say, stop, Turn } from "./harness/chat.js";
import { Page } from "./harness/open-events.js";
import { startTestApp, uniqueName, type TestApp, type TestAppOptions } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

const authority = createAuthority("Push CA");
const limits = { ...pushLimits, graceMs: 300, lookEveryMs: 200, callMs: 1_000, leaseMs: 2_500, retryMs: 30 };

let folder: string;
let service: PushService;
let options: TestAppOptions;
let app: TestApp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mosaic-push-"));
  const file = join(folder, "ca.pem");
  await writeFile(file, authority.certificate);
  service = await startPushService(authority.issue(["127.0.0.1"]));
  options = { env: { MOSAIC_EXTRA_CA_CERTS: file }, replace: [{ token: PUSH_LIMITS, value: limits }] };
  app = await startTestApp(options);
  await (await app.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
});

afterAll(async () => {
  await app?.close();
  await service?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Person {
  readonly client: TestClient;
  readonly conversationId: string;
  /** Of their browser's subscription. */
  readonly name: string;
}

const turnOn = async (client: TestClient, name: string, showsText = false) =>
  client.request("PUT", "/api/push/device", { subscription: service.subscribe(name), showsText });

async function person(showsText = false): Promise<Person> {
  const name = uniqueName("ann");
  const client = await app.member(name);
  const { id: agentId } = await createAgent(client, { name: "Ada" });
  expect((await turnOn(client, name, showsText)).status).toBe(204);
  return { client, conversationId: await createConversation(client, agentId), name };
}

const told = (name: string): PushMessage[] =>
  service.received.filter((push) => push.name === name).map(({ text }) => JSON.parse(text) as PushMessage);

const devicesOf = async (client: TestClient) => (await client.get("/api/push")).json<PushSettings>().devices;

/** Until everything of theirs was sent or given up. */
async function settled({ client }: Person): Promise<void> {
  const waiting = "SELECT 1 FROM push_deliveries WHERE user_id = $1";
  await expect.poll(async () => app.database.query(waiting, [client.userId]), { timeout: 15_000 }).toEqual([]);
}

test("a device is told who has answered, once and encrypted for it alone, and nothing of what was said", async () => {
  const ann = await person();
  await say(ann.client, ann.conversationId, "Remember the pelican");
  await settled(ann);
  expect(told(ann.name)).toEqual([{ kind: "answered", agent: "Ada", conversationId: ann.conversationId, text: null, language: null }]);
  const push = service.received.find(({ name }) => name === ann.name);
  expect(push?.key).toBe((await ann.client.get("/api/push")).json<PushSettings>().publicKey);
  expect(push?.headers).toMatchObject({ ttl: "14400", topic: ann.conversationId.replaceAll("-", "") });
  // As long as any other: its length tells nothing.
  expect(push?.bodyBytes).toBe(4_096);
  const [stored] = await app.database.query<{ text: string }>(
    "SELECT subscription_encrypted AS text FROM push_devices WHERE user_id = $1",
    [ann.client.userId],
  );
  expect(stored?.text).toMatch(/^enc:/);
});

test("a device is told in the language that its owner has chosen", async () => {
  const ann = await person();
  expect((await ann.client.request("PATCH", "/api/profile", { language: "de" })).status).toBe(200);
  await say(ann.client, ann.conversationId, "Remember the pelican");
  await settled(ann);
  const [device] = await devicesOf(ann.client);
  await ann.client.post(`/api/push/devices/${device?.id}/test`);
  expect(told(ann.name)).toMatchObject([
    { kind: "answered", language: "de" },
    { kind: "test", language: "de" },
  ]);
});

test("a device that wants it is told the beginning of the answer", async () => {
  const ann = await person(true);
  const { message } = await say(ann.client, ann.conversationId, "Remember the pelican");
  await settled(ann);
  const [push] = told(ann.name);
  expect(push?.text).toBeTruthy();
  expect(message.content).toContain(push?.text?.slice(0, 10));
});

test("whoever has a page in view is not told, on whichever process it is; whoever has only hidden ones is", async () => {
  const other = await startTestApp({ ...options, database: app.database, runtime: app.runtime });
  const ann = await person();
  const there = new TestClient(other.url, { cookie: ann.client.cookie ?? "" });
  const hidden = await Page.open(ann.client);
  const visible = await Page.open(there, "visible");
  await say(ann.client, ann.conversationId, "seen");
  await settled(ann);
  expect(service.calls.get(ann.name)).toBeUndefined();
  visible.close();
  await expect.poll(() => visible.isOpen).toBe(false);
  await say(ann.client, ann.conversationId, "not seen");
  await settled(ann);
  expect(told(ann.name)).toHaveLength(1);
  hidden.close();
  await other.close();
});

test("a page that was in view when its machine fell asleep keeps no device from being told", async () => {
  const ann = await person();
  const page = await Page.open(ann.client, "asleep");
  const { message } = await say(ann.client, ann.conversationId, "not seen");
  await settled(ann);
  expect(told(ann.name)).toHaveLength(1);
  expect(page.events).toContainEqual({ type: "push_due", messageId: message.id });
  page.close();
});

test("only its owner says of a message that it is seen, and a page that nobody is told besides is not asked", async () => {
  const [ann, bob] = [await person(), await person()];
  await bob.client.delete(`/api/push/devices/${(await devicesOf(bob.client))[0]?.id}`);
  const page = await Page.open(bob.client, "asleep");
  service.answer(ann.name, { status: 503, headers: { "retry-after": "3600" } });
  const { message } = await say(ann.client, ann.conversationId, "hello");
  await say(bob.client, bob.conversationId, "hello");
  const waiting = async () => app.database.query("SELECT 1 FROM push_deliveries WHERE message_id = $1", [message.id]);
  const seen = { messageId: message.id };
  expect([(await bob.client.post("/api/push/seen", seen)).status, (await waiting()).length]).toEqual([204, 1]);
  expect([(await ann.client.post("/api/push/seen", seen)).status, (await waiting()).length]).toEqual([204, 0]);
  expect(page.events.filter(({ type }) => type === "push_due")).toEqual([]);
  page.close();
});

test("a push service may answer whatever it likes, and that is counted and quoted", async () => {
  const ann = await person();
  service.answer(ann.name, { status: 503, text: `\u0000${"x".repeat(198)}🦤` });
  await say(ann.client, ann.conversationId, "hello");
  await settled(ann);
  expect(service.calls.get(ann.name)).toBe(limits.mostAttempts);
  expect((await devicesOf(ann.client))[0]?.fault).toBe(`The browser's push service answered 503: “${"x".repeat(198)}🦤”`);
});

test("what its owner stopped is not told", async () => {
  const ann = await person();
  const turn = await Turn.open(ann.client, ann.conversationId, "[demo:slow ms=30 words=200]");
  await turn.until(({ text }) => text.length > 5);
  await stop(ann.client, await turn.answerId());
  await turn.done();
  await settled(ann);
  expect(told(ann.name)).toEqual([]);
});

test("an answer whose process died is told as it ended", async () => {
  const ann = await person();
  const id = randomUUIDv7();
  const sealed = app.nest.get(CryptoService, { strict: false }).seal("", contentContext(ann.client.userId ?? "", id));
  await app.database.query(
    "INSERT INTO messages (id, conversation_id, role, content_encrypted, status, process_id) VALUES ($1, $2, 'assistant', $3, 'streaming', $4)",
    [id, ann.conversationId, sealed, randomUUIDv7()],
  );
  await expect.poll(() => told(ann.name), { timeout: 20_000 }).toMatchObject([{ kind: "failed", conversationId: ann.conversationId }]);
});

test("what a process has begun to send when it dies is sent by another one", async () => {
  const ann = await person();
  const page = await Page.open(ann.client, "visible");
  const { message } = await say(ann.client, ann.conversationId, "hello");
  await settled(ann);
  page.close();
  const claimed = `INSERT INTO push_deliveries (message_id, device_id, user_id, attempts, due_at)
    SELECT $1, id, user_id, 1, now() + interval '500 milliseconds' FROM push_devices WHERE user_id = $2`;
  await app.database.query(claimed, [message.id, ann.client.userId]);
  await settled(ann);
  expect(told(ann.name)).toHaveLength(1);
});

test("a push service that fails is asked again, a few times, and the device's page says what it said", async () => {
  const ann = await person();
  service.answer(ann.name, { status: 503, text: "come back\nlater" });
  await say(ann.client, ann.conversationId, "hello");
  await settled(ann);
  expect(service.calls.get(ann.name)).toBe(limits.mostAttempts);
  expect((await devicesOf(ann.client))[0]?.fault).toBe("The browser's push service answered 503: “come back later”");
  service.answer(ann.name, null);
  await say(ann.client, ann.conversationId, "again");
  await settled(ann);
  expect(told(ann.name)).toHaveLength(1);
  expect((await devicesOf(ann.client))[0]?.fault).toBeNull();
});

test.each([404, 410])("a subscription that is gone (%d) is forgotten", async (status) => {
  const ann = await person();
  service.answer(ann.name, { status });
  await say(ann.client, ann.conversationId, "hello");
  await expect.poll(async () => devicesOf(ann.client), { timeout: 10_000 }).toEqual([]);
  expect(service.calls.get(ann.name)).toBe(1);
});

test("signing out, and being disabled, end a device's pushes at once, those that wait among them", async () => {
  const admin = await app.admin();
  const ends: ((ann: Person) => Promise<unknown>)[] = [
    async ({ client }) => client.post("/api/auth/logout"),
    async ({ client }) => admin.request("PATCH", `/api/admin/users/${client.userId}`, { isDisabled: true }),
  ];
  for (const end of ends) {
    const ann = await person();
    service.answer(ann.name, { status: 503, headers: { "retry-after": "3600" } });
    await say(ann.client, ann.conversationId, "hello");
    await expect.poll(() => service.calls.get(ann.name) ?? 0, { timeout: 10_000 }).toBe(1);
    await end(ann);
    const left = ["push_devices", "push_deliveries"].map((table) => `SELECT 1 FROM ${table} WHERE user_id = '${ann.client.userId}'`);
    expect(await app.database.query(left.join(" UNION ALL "))).toEqual([]);
  }
});

test("a test arrives, and says in words why it does not", async () => {
  const ann = await person();
  const [device] = await devicesOf(ann.client);
  const tested = async (): Promise<PushTest> => (await ann.client.post(`/api/push/devices/${device?.id}/test`)).json<PushTest>();
  expect(await tested()).toEqual({ isSent: true, detail: null });
  expect(told(ann.name)).toEqual([{ kind: "test", agent: "Mosaic", conversationId: null, text: null, language: null }]);
  service.answer(ann.name, { status: 403, text: "<b>bad key</b>" });
  expect(await tested()).toEqual({ isSent: false, detail: "The browser's push service answered 403: “<b>bad key</b>”" });
  service.answer(ann.name, "hangs");
  expect(await tested()).toMatchObject({ isSent: false, detail: expect.stringContaining("did not answer in time") });
  service.answer(ann.name, { status: 302, headers: { location: "https://127.0.0.1:1/" } });
  expect(await tested()).toMatchObject({ isSent: false, detail: expect.stringContaining("redirect") });
});

test("an address inside is called no more than any other that a member enters", async () => {
  const client = await app.member(uniqueName("mallory"));
  const subscription = { ...service.subscribe("inside"), endpoint: "https://169.254.169.254/latest" };
  expect((await client.request("PUT", "/api/push/device", { subscription, showsText: false })).status).toBe(204);
  const [device] = await devicesOf(client);
  const { isSent, detail } = (await client.post(`/api/push/devices/${device?.id}/test`)).json<PushTest>();
  expect(isSent).toBe(false);
  expect(detail).toContain("Mosaic does not call 169.254.169.254");
});

test.each([
  ["http", { endpoint: "http://127.0.0.1/push" }],
  ["no address", { endpoint: "javascript:alert(1)" }],
  ["too long", { endpoint: `https://127.0.0.1/${"a".repeat(1000)}` }],
  ["a key that is no point", { keys: { p256dh: "B".repeat(87), auth: "A".repeat(22) } }],
  ["a short secret", { keys: { p256dh: "B".repeat(87), auth: "A" } }],
  ["more than there is", { more: true }],
])("a subscription with %s is refused", async (_name, change) => {
  const client = await app.member(uniqueName("mallory"));
  const answer = await client.request("PUT", "/api/push/device", {
    subscription: { ...service.subscribe("odd"), ...change },
    showsText: false,
  });
  expect(answer.status).toBe(400);
});

test("a browser is one device, however often it turns this on, and a person has ten at most", async () => {
  const ann = await person();
  expect((await turnOn(ann.client, `${ann.name}-again`, true)).status).toBe(204);
  expect(await devicesOf(ann.client)).toMatchObject([{ isCurrent: true, showsText: true }]);
  const statuses = await Promise.all(
    Array.from({ length: 11 }, async (_, index) => (await turnOn(await app.session(ann.client), `${ann.name}-${index}`)).status),
  );
  expect(statuses.filter((status) => status === 204)).toHaveLength(9);
  expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  expect(await devicesOf(ann.client)).toHaveLength(10);
});

test("whose push service hangs keeps nobody else waiting", async () => {
  const slow = await person();
  const quick = await person();
  service.answer(slow.name, "hangs");
  await say(slow.client, slow.conversationId, "hello");
  await expect.poll(() => service.calls.get(slow.name) ?? 0, { timeout: 10_000 }).toBeGreaterThan(0);
  await say(quick.client, quick.conversationId, "hello");
  await expect.poll(() => told(quick.name).length, { timeout: 10_000 }).toBe(1);
  await slow.client.post("/api/auth/logout");
});
