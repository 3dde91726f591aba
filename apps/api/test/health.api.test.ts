import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestApp } from "./harness/test-app.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.close();
});

test("liveness is open to everybody and says nothing of the installation", async () => {
  const answer = await app.visitor().get("/api/health");
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({ status: "ok" });
});

test("a signed-in admin is recognised", async () => {
  const admin = await app.admin();
  expect((await admin.get("/api/auth/me")).json()).toMatchObject({ role: "admin", isBreakglass: true });
});
