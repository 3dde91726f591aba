import { mkdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { backendOf } from "@mosaic/agent-backends/registry";
import type { Agent } from "@mosaic/contracts/agent";
import { turnEvent, type Message } from "@mosaic/contracts/chat";
import type { FilePart } from "@mosaic/contracts/message-parts";
import { SentEvents } from "@mosaic/testing/sent-events";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MadeFilesService } from "../src/modules/turns/files/made-files.service.js";
import { RunningTurn } from "../src/modules/turns/running-turn.js";
import { TURN_LIMITS, turnLimits } from "../src/modules/turns/turn-limits.js";
import { conversationOf, createAgent, createConversation, stop, Turn } from "./harness/chat.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let agentId: string;
const limits = { ...turnLimits };
const work = "[demo:tool name=exec args={}]";

beforeAll(async () => {
  app = await startTestApp({ replace: [{ token: TURN_LIMITS, value: limits }] });
  ann = await app.member(uniqueName("ann"));
  agentId = (await createAgent(ann)).id;
});

beforeEach(async () => {
  app.runtime.beforeTaking = async () => undefined;
  limits.collectMs = 60_000;
  const names = [...app.runtime.containers.keys()];
  await Promise.all(names.map(async (name) => rm(join(await app.runtime.stateDir(name), "workspace"), { recursive: true, force: true })));
});

afterAll(async () => {
  await app.close();
});

async function said(client: TestClient, conversationId: string, content: string): Promise<Message> {
  const response = await client.open("POST", `/api/conversations/${conversationId}/messages`, { content });
  await new SentEvents(turnEvent).read(response.body);
  const answer = (await conversationOf(client, conversationId)).messages.at(-1);
  if (answer === undefined) throw new Error("Nothing was stored.");
  return answer;
}

async function begun(client = ann, agent = agentId): Promise<string> {
  const conversationId = await createConversation(client, agent);
  await said(client, conversationId, "hello");
  return conversationId;
}

/** As an agent writes it during the turn that follows, or did an hour ago. */
async function made(path: string, { agent = agentId, content = "x", isOld = false } = {}): Promise<string> {
  const place = join(await app.runtime.stateDir(app.runtime.of(agent).spec.name), "workspace", path);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, content);
  const at = new Date(Date.now() + (isOld ? -3_600_000 : 60_000));
  await utimes(place, at, at);
  return place;
}

function placesOf({ parts }: Message): string[] {
  return parts.flatMap((part) => (part.type === "file" ? [part.workspacePath ?? ""] : [])).toSorted();
}

function filesOf({ parts }: Message): FilePart[] {
  return parts.filter((part) => part.type === "file");
}

function noticesOf({ parts }: Message): string {
  return parts.flatMap((part) => (part.type === "notice" ? [part.text] : [])).join("\n");
}

test("an outbox full of old files hides no new one", { timeout: 60_000 }, async () => {
  const conversationId = await begun();
  for (let count = 0; count < 1_100; count += 1) await made(`outbox/old/${count}.txt`, { isOld: true });
  await made("outbox/zz-new.txt");
  const answer = await said(ann, conversationId, work);
  expect(placesOf(answer)).toEqual(["outbox/zz-new.txt"]);
  expect(noticesOf(answer)).toBe("");
});

test("an answer offers ten files, and says that there are more", async () => {
  const conversationId = await begun();
  for (let count = 0; count < 12; count += 1) await made(`outbox/many/${count}.txt`);
  const answer = await said(ann, conversationId, work);
  expect(filesOf(answer)).toHaveLength(10);
  expect(noticesOf(answer)).toContain("more than 10 files");
  expect(filesOf(await said(ann, conversationId, work))).toHaveLength(2);
});

test("a look that takes too long ends, and the answer says so", async () => {
  const conversationId = await begun();
  await made("outbox/slow.txt");
  limits.collectMs = 200;
  app.runtime.beforeTaking = async () => new Promise(() => undefined);
  const answer = await said(ann, conversationId, work);
  expect(answer.status).toBe("complete");
  expect(noticesOf(answer)).toContain("Mosaic could not look at everything that the agent may have made");
});

test("whoever stops an answer whose files are looked for does not wait for them", async () => {
  const conversationId = await begun();
  await made("outbox/slow.txt");
  const looked = Promise.withResolvers<void>();
  app.runtime.beforeTaking = async () => {
    looked.resolve();
    return new Promise(() => undefined);
  };
  const turn = await Turn.open(ann, conversationId, work);
  await looked.promise;
  const since = performance.now();
  await stop(ann, await turn.answerId());
  await turn.ended;
  expect(performance.now() - since).toBeLessThan(20_000);
});

test("one file that was exchanged meanwhile is named, and the others are offered", async () => {
  const conversationId = await begun();
  await made("outbox/b/changed.txt");
  await made("outbox/b/fine.txt");
  const other = await made("elsewhere.txt", { content: "another" });
  app.runtime.beforeTaking = async (place) => {
    if (place.endsWith("changed.txt")) await rename(other, place);
  };
  const answer = await said(ann, conversationId, work);
  const files = new Map(filesOf(answer).map(({ name, id }) => [name, id !== undefined]));
  expect(files).toEqual(
    new Map([
      ["changed.txt", false],
      ["fine.txt", true],
    ]),
  );
  expect(noticesOf(answer)).toBe("");
});

test("each conversation has a folder of its own, of which its first message tells the agent", async () => {
  const [here, there] = [await begun(), await begun()];
  const { body } = await app.runtime.gatewayOf(agentId).waitForRequest(({ path, body: sent }) => {
    return path === "chat.send" && JSON.stringify(sent).includes(here);
  });
  expect(body).toMatchObject({ message: expect.stringContaining(`put them into outbox/${here}]`) });
  await made(`outbox/${here}/deep/a.txt`);
  await made(`outbox/${there}/b.txt`);
  await made("outbox/straight.txt");
  expect(placesOf(await said(ann, here, work))).toEqual([`outbox/${here}/deep/a.txt`, "outbox/straight.txt"]);
  expect(placesOf(await said(ann, there, work))).toEqual([`outbox/${there}/b.txt`]);
});

test("what an agent that nobody owns makes for one admin, another is not offered", { timeout: 60_000 }, async () => {
  const [root, other] = [await app.admin(), await app.member(uniqueName("second"))];
  await app.database.query("UPDATE users SET role = 'admin' WHERE id = $1", [other.userId]);
  const provider = { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] };
  const { id: providerId } = (await root.post("/api/providers", provider)).json<{ id: string }>();
  const model = { providerId, model: "mosaic-demo" };
  const { id: agent } = (await root.post("/api/admin/system-agents", { name: "Concierge", model })).json<Agent>();
  await expect
    .poll(async () => (await root.get(`/api/admin/system-agents/${agent}`)).json<Agent>().status, { timeout: 30_000 })
    .toBe("running");
  const [mine, theirs] = [await begun(root, agent), await begun(other, agent)];
  await made(`outbox/${mine}/secret.txt`, { agent });
  await made(`outbox/${theirs}/theirs.txt`, { agent });
  await made("outbox/straight.txt", { agent });
  expect(placesOf(await said(other, theirs, work))).toEqual([`outbox/${theirs}/theirs.txt`]);
  expect(placesOf(await said(root, mine, work))).toEqual([`outbox/${mine}/secret.txt`]);
  // It is named with each message, since nothing else is offered.
  await app.runtime.gatewayOf(agent).waitForRequest(({ path, body }) => {
    const sent = JSON.stringify(body);
    return path === "chat.send" && sent.includes("demo:tool") && sent.includes(`outbox/${mine}`);
  });
});

test("what a process that died had begun to store, or had stored and not told, is of its answer all the same", async () => {
  const conversationId = await begun();
  for (const name of ["begun", "told", "untold"]) await made(`outbox/died/${name}.txt`);
  const answer = await said(ann, conversationId, work);
  expect(filesOf(answer)).toHaveLength(3);
  const [begunId, toldId, untoldId] = ["begun", "told", "untold"].map(
    (name) => filesOf(answer).find((file) => file.name === `${name}.txt`)?.id,
  );
  await app.database.query("UPDATE files SET ready_at = NULL WHERE id = $1", [begunId]);
  const turn = new RunningTurn(
    {
      userId: ann.userId ?? "",
      agentId,
      isOwned: true,
      conversationId,
      session: conversationId,
      answerId: answer.id,
      answerCreatedAt: new Date(answer.createdAt),
    },
    null,
    limits,
    new AbortController().signal,
    [{ type: "resumed", parts: answer.parts.filter((part) => part.type !== "file" || part.id === toldId) }],
  );
  await app.nest.get(MadeFilesService, { strict: false }).collect(turn, backendOf("openclaw"));
  const ids = turn.parts.flatMap((part) => (part.type === "file" ? [part.id] : []));
  expect(ids).toHaveLength(3);
  expect(ids).toEqual(expect.arrayContaining([toldId, untoldId]));
  expect(ids).not.toContain(begunId);
  expect((await ann.get(`/api/files/${ids.find((id) => id !== toldId && id !== untoldId)}`)).text).toBe("x");
});
