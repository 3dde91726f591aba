import { afterEach, beforeEach, expect, test } from "vitest";
import { CLOCK } from "../src/platform/clock/clock.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { adminName, adminPassword, startTestApp, type TestApp } from "./harness/test-app.js";

const day = 24 * 3_600_000;
const right = { username: adminName, password: adminPassword };
const wrong = { username: adminName, password: "something else entirely" };

let app: TestApp;
let clock: StoppedClock;

beforeEach(async () => {
  clock = new StoppedClock();
  app = await startTestApp({ replace: [{ token: CLOCK, value: clock }] });
  await app.admin();
});

afterEach(async () => {
  await app.close();
});

test("the right password signs in, with a cookie that scripts and other sites don't get", async () => {
  const client = app.visitor();
  const response = await client.open("POST", "/api/auth/login", right);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ username: adminName, role: "admin", isBreakglass: true });
  const cookie = response.headers.getSetCookie().find((value) => value.startsWith("mosaic_session="));
  expect(cookie).toMatch(/; HttpOnly/);
  expect(cookie).toMatch(/; SameSite=Lax/);
  expect(cookie).toMatch(/; Path=\//);
  expect((await client.get("/api/auth/me")).status).toBe(200);
});

test("a wrong password and an unknown user are answered alike", async () => {
  const known = await app.visitor().post("/api/auth/login", wrong);
  const unknown = await app.visitor().post("/api/auth/login", { ...wrong, username: "nobody-here" });
  expect([known.status, unknown.status]).toEqual([401, 401]);
  expect({ ...known.json(), requestId: "" }).toEqual({ ...unknown.json(), requestId: "" });
});

test("the session's token is in the database as a hash only", async () => {
  const client = app.visitor();
  await client.post("/api/auth/login", right);
  const token = (client.cookie ?? "").replace("mosaic_session=", "");
  expect(token).toHaveLength(43);
  const rows = await app.database.query("SELECT to_jsonb(s)::text AS row FROM sessions s");
  expect(JSON.stringify(rows)).not.toContain(token);
});

test("signing in again ends the session that the browser had", async () => {
  const client = app.visitor();
  await client.post("/api/auth/login", right);
  const former = client.cookie;
  await client.post("/api/auth/login", right);
  expect(client.cookie).not.toBe(former);
  expect((await client.get("/api/auth/me")).status).toBe(200);
  client.cookie = former;
  expect((await client.get("/api/auth/me")).status).toBe(401);
});

test("signing out ends the session, not only the cookie, and may be repeated", async () => {
  const client = app.visitor();
  await client.post("/api/auth/login", right);
  const token = client.cookie;
  expect((await client.post("/api/auth/logout")).status).toBe(204);
  expect((await client.post("/api/auth/logout")).status).toBe(204);
  client.cookie = token;
  expect((await client.get("/api/auth/me")).status).toBe(401);
});

test("a session ends when it is idle for a week, and after a month however busy", async () => {
  const client = app.visitor();
  await client.post("/api/auth/login", right);
  for (let week = 0; week < 5; week += 1) {
    clock.move(5.8 * day);
    expect((await client.get("/api/auth/me")).status).toBe(200);
  }
  clock.move(2 * day);
  expect((await client.get("/api/auth/me")).status).toBe(401);
  const idle = app.visitor();
  await idle.post("/api/auth/login", right);
  clock.move(7.1 * day);
  expect((await idle.get("/api/auth/me")).status).toBe(401);
});

test("a disabled user's session counts no more", async () => {
  const member = await app.member("disabled-one");
  await app.database.query("UPDATE users SET disabled_at = now() WHERE id = $1", [member.userId]);
  expect((await member.get("/api/auth/me")).status).toBe(401);
});

test("the database itself refuses to disable, demote or delete the breakglass account", async () => {
  for (const change of ["UPDATE users SET disabled_at = now()", "UPDATE users SET role = 'member'", "DELETE FROM users"]) {
    await expect(app.database.query(`${change} WHERE username = $1`, [right.username])).rejects.toThrow(
      "neither deleted, demoted nor disabled",
    );
  }
  for (const change of ["DELETE FROM breakglass_user", "TRUNCATE breakglass_user", "TRUNCATE users CASCADE"]) {
    await expect(app.database.query(change)).rejects.toThrow("neither deleted, demoted nor disabled");
  }
  expect((await app.visitor().post("/api/auth/login", right)).status).toBe(200);
});

test("nobody empties the audit as a whole either", async () => {
  await expect(app.database.query("TRUNCATE audit_events")).rejects.toThrow("append-only");
});

test("guessing is slowed down, says for how long, and passes by itself", async () => {
  for (let attempt = 0; attempt < 6; attempt += 1) {
    expect((await app.visitor().post("/api/auth/login", wrong)).status).toBe(401);
  }
  const blocked = await app.visitor().post("/api/auth/login", right);
  expect(blocked.status).toBe(429);
  expect(blocked.headers.get("retry-after")).toBe("10");
  expect(blocked.json()["detail"]).toContain("10 seconds");
  clock.move(10_001);
  expect((await app.visitor().post("/api/auth/login", right)).status).toBe(200);
  expect((await app.visitor().post("/api/auth/login", wrong)).status).toBe(401);
});

test("a burst of guesses at once is not looked at any further than one after the other", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, async () => app.visitor().post("/api/auth/login", wrong)));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(6);
  expect(statuses.filter((status) => status === 429)).toHaveLength(14);
});

test("one name's failures don't block another name", async () => {
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await app.visitor().post("/api/auth/login", { ...wrong, username: "somebody-else" });
  }
  expect((await app.visitor().post("/api/auth/login", right)).status).toBe(200);
});

test.each(["https://evil.example", "null", "http://127.0.0.1:1"])("a change from the origin %s is refused", async (origin) => {
  const client = await app.admin();
  const refused = await client.post("/api/auth/logout", undefined, { headers: { origin } });
  expect(refused.status).toBe(403);
  expect(refused.json()).toMatchObject({ code: "origin_refused" });
  expect((await client.get("/api/auth/me")).status).toBe(200);
});

test("a change that names no origin is refused", async () => {
  const response = await fetch(`${app.url}/api/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(right),
  });
  expect(response.status).toBe(403);
});

test.each([
  ["no JSON", "{", 400],
  ["a list", "[]", 400],
  ["wrong types", JSON.stringify({ username: 1, password: {} }), 400],
  ["unknown fields", JSON.stringify({ ...right, role: "admin" }), 400],
  ["two megabytes", JSON.stringify({ ...right, password: "x".repeat(2_000_000) }), 413],
])("%s is a clear error", async (_name, body, status) => {
  const answer = await app.visitor().post("/api/auth/login", body);
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
});

test.each(["mosaic_session=", "mosaic_session=x", `mosaic_session=${"A".repeat(43)}`, `a=b; mosaic_session=${"'".repeat(43)}`])(
  "the cookie %s is nobody's",
  async (cookie) => {
    const client = app.visitor();
    client.cookie = cookie;
    expect((await client.get("/api/auth/me")).status).toBe(401);
  },
);
