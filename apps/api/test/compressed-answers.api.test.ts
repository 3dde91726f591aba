import { ModulesContainer } from "@nestjs/core";
import { startOddProvider, type OddProvider } from "@mosaic/testing/odd-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compressedAnswer } from "../src/platform/http/compressed-answer.js";
import { conversationOf, createAgent, createConversation, say } from "./harness/chat.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { Answer, TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let odd: OddProvider;

beforeAll(async () => {
  app = await startTestApp();
  ann = await app.member("ann");
  await (await app.admin()).put("/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
  odd = await startOddProvider({ apiKey: "sk-canary" });
});

afterAll(async () => {
  await odd.close();
  await app.close();
});

/** An answer of some kilobytes: the models of a server. */
async function listModels(acceptEncoding: string): Promise<Answer> {
  const body = { kind: "openai-compatible", baseUrl: `${odd.url}/list-plain/v1`, apiKey: "sk-canary" };
  return ann.post("/api/providers/test", body, { headers: { "accept-encoding": acceptEncoding } });
}

test("few routes may compress, and each was thought about", () => {
  const handlers = [...app.nest.get(ModulesContainer).values()]
    .flatMap((module) => [...module.controllers.values()])
    .flatMap(({ metatype }) => (typeof metatype === "function" ? [metatype] : []))
    .flatMap(({ name, prototype }) =>
      Object.entries(Object.getOwnPropertyDescriptors(prototype as object)).flatMap(([key, { value }]) =>
        typeof value === "function" && Reflect.hasMetadata(compressedAnswer, value) ? [`${name}.${key}`] : [],
      ),
    );
  // One more belongs into docs/decisions/0038-weight-of-a-page.md, with what its answer can hold and who chooses that.
  expect(handlers.toSorted()).toEqual([
    "BackendsController.choices",
    "LlmProvidersController.test",
    "OnboardingController.options",
    "OnboardingController.testProvider",
  ]);
});

test.each([
  ["br, gzip", "br"],
  ["gzip", "gzip"],
  ["br;q=0, gzip;q=0.5", "gzip"],
  ["identity", null],
  ["br;q=0, gzip;q=0, deflate;q=0", null],
])("who takes %s is sent a long answer as %s, and can read it", async (accepted, encoding) => {
  const answer = await listModels(accepted);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-encoding")).toBe(encoding);
  expect(answer.headers.get("vary")?.toLowerCase()).toContain("accept-encoding");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.text.length).toBeGreaterThan(1_024);
  expect(answer.json<{ models: object[] }>().models.length).toBeGreaterThan(10);
});

test("a short answer is sent as it is", async () => {
  const answer = await ann.get("/api/backends", { headers: { "accept-encoding": "br" } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-encoding")).toBeNull();
});

test("what people and agents have said is never compressed, however long it is", async () => {
  const conversation = await createConversation(ann, (await createAgent(ann)).id);
  await say(ann, conversation, "the same words ".repeat(500));
  expect((await conversationOf(ann, conversation)).messages.length).toBeGreaterThan(0);
  for (const path of [`/api/conversations/${conversation}`, "/api/conversations", "/api/agents", "/api/providers"]) {
    const answer = await ann.get(path, { headers: { "accept-encoding": "br, gzip" } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-encoding")).toBeNull();
  }
});

test("a stream is never compressed", async () => {
  const stream = await ann.open("GET", "/api/events", undefined, {
    headers: { accept: "text/event-stream", "accept-encoding": "br, gzip" },
  });
  expect(stream.headers.get("content-type")).toContain("text/event-stream");
  expect(stream.headers.get("content-encoding")).toBeNull();
  await stream.body?.cancel();
});
