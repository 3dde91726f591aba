import type { HealthReport } from "@mosaic/contracts/health";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let engine: InMemoryEngine;

beforeAll(async () => {
  engine = new InMemoryEngine();
  app = await startTestApp({ runtime: engine });
});

afterAll(async () => {
  await app.close();
  await engine.close();
});

/** How full the disk is depends on the machine. */
async function reportOf(client: TestClient): Promise<Record<string, string>> {
  const { checks } = (await client.get("/api/health/report")).json<HealthReport>();
  return Object.fromEntries(checks.filter(({ id }) => id !== "disk").map(({ id, state, detail }) => [id, `${state}: ${detail}`]));
}

test("liveness is open to everybody and says nothing of the installation", async () => {
  const answer = await app.visitor().get("/api/health");
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({ status: "ok" });
});

test("a signed-in admin is recognised", async () => {
  const admin = await app.admin();
  expect((await admin.get("/api/auth/me")).json()).toMatchObject({ role: "admin", isBreakglass: true });
});

test("the report looks at all that an answer needs, with the model that the admin's agents would use", async () => {
  const admin = await app.admin();
  const before = await reportOf(admin);
  expect(before).toMatchObject({
    database: expect.stringMatching(/^ok: Postgres answers/) as string,
    clock: expect.stringMatching(/^ok: /) as string,
    runtime: expect.stringMatching(/^ok: /) as string,
    isolation: expect.stringMatching(/^ok: /) as string,
    provider: "failing: There is no provider yet. Add one.",
    image: expect.stringMatching(/^ok: /) as string,
  });
  // Another admin's key, shared and the default for all: what this admin's agents answer with, though they have none of their own.
  const other = await app.member(uniqueName("other"));
  expect((await admin.patch(`/api/admin/users/${other.userId}`, { role: "admin" })).status).toBe(200);
  const sharer = await app.session(other);
  const body = { kind: "demo", name: "Ours", models: [{ id: "mosaic-demo" }] };
  const { id: providerId } = (await sharer.post("/api/providers", body)).json<{ id: string }>();
  expect((await sharer.put(`/api/admin/sharing/providers/${providerId}`, { isShared: true })).status).toBe(200);
  const model = { providerId, model: "mosaic-demo" };
  expect((await sharer.put("/api/admin/sharing/defaults", { backend: null, model })).status).toBe(200);
  expect((await reportOf(admin))["provider"]).toMatch(/^ok: Provider: Ours\. /);
});

test("what does not work fails by itself, in words, and the page still comes", async () => {
  const admin = await app.admin();
  engine.faults.isReachable = false;
  const report = await reportOf(admin);
  engine.faults.isReachable = true;
  expect(report["runtime"]).toMatch(/^failing: /);
  expect(report["image"]).toMatch(/^failing: /);
  expect(report["database"]).toMatch(/^ok: /);
});
