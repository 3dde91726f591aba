import { randomUUIDv7 } from "node:crypto";
import { request } from "node:http";
import bcrypt from "@node-rs/bcrypt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AuthService } from "../src/modules/auth/auth.service.js";
import { CLOCK } from "../src/platform/clock/clock.js";
import { auditRows } from "./harness/audit-rows.js";
import { postFrom, type AddressedAnswer } from "./harness/from-address.js";
import { lockTables, waitingConnections } from "./harness/locked-tables.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { adminName, adminPassword, startTestApp, type TestApp } from "./harness/test-app.js";

const attacker = "127.0.0.60";
const bystander = "127.0.0.61";

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

const login = async (address: string, username: string, password: string): Promise<AddressedAnswer> =>
  postFrom(address, `${app.url}/api/auth/login`, { username, password });

const burst = (count: number, send: (index: number) => Promise<AddressedAnswer>): Promise<AddressedAnswer[]> =>
  Promise.all(Array.from({ length: count }, async (_, index) => send(index)));

const statusesOf = (answers: readonly AddressedAnswer[]): number[] =>
  [...new Set(answers.map(({ status }) => status))].toSorted((left, right) => left - right);

/** Until so many connections wait for a locked table. */
const untilWaiting = async (count: number): Promise<void> =>
  expect.poll(async () => waitingConnections(app.database), { timeout: 30_000 }).toBe(count);

const throttleRows = async (): Promise<number> =>
  (await app.database.query<{ count: number }>("SELECT count(*)::int AS count FROM login_throttles"))[0]?.count ?? -1;

/** As somebody with a password that takes no time to compare. */
async function personWithPassword(username: string): Promise<void> {
  await app.member(username);
  const hash = await bcrypt.hash(adminPassword, { cost: 4 });
  await app.database.query("INSERT INTO local_passwords (user_id, password_hash) SELECT id, $2 FROM users WHERE username = $1", [
    username,
    hash,
  ]);
}

test("200 sign-ins at once from one address hold two connections at most, and others are served meanwhile", async () => {
  const client = await app.admin();
  const unlock = await lockTables(app.database, ["login_throttles"]);
  const attack = burst(200, async () => login(attacker, "nobody-here", "a guess"));
  await untilWaiting(1);
  const other = login(bystander, adminName, adminPassword);
  await untilWaiting(2);
  // With all connections taken, this would wait as long as they do.
  expect(
    (await Promise.all(Array.from({ length: 30 }, async () => client.get("/api/auth/me")))).every(({ status }) => status === 200),
  ).toBe(true);
  await unlock();
  const answers = await attack;
  // 429 for those that waited until the name was blocked; a slow machine lets them wait too long before.
  expect(statusesOf(answers).filter((status) => ![401, 429, 503].includes(status))).toEqual([]);
  expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(6);
  expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThanOrEqual(149);
  expect(answers.find(({ status }) => status === 503)?.body).toMatchObject({
    code: "overloaded",
    title: "Mosaic is busy",
    detail: "Too many people sign in from here at once. Try again in a few seconds.",
  });
  expect((await other).status).toBe(200);
});

test("whoever is blocked and goes on trying costs no connection", async () => {
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await login(attacker, adminName, "a guess");
  }
  const unlock = await lockTables(app.database, ["login_throttles", "users", "sign_in_places"]);
  const answers = await burst(300, async () => login(attacker, adminName, adminPassword));
  expect([statusesOf(answers), await waitingConnections(app.database)]).toEqual([[429], 0]);
  await unlock();
  clock.move(10_001);
  expect((await login(attacker, adminName, adminPassword)).status).toBe(200);
});

test("people behind one address who sign in at the same moment all get in", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `person-${index}`);
  for (const name of names) {
    await personWithPassword(name);
  }
  expect(statusesOf(await burst(20, async (index) => login(bystander, names[index] ?? "", adminPassword)))).toEqual([200]);
  expect(statusesOf(await burst(20, async () => login(bystander, "person-0", adminPassword)))).toEqual([200]);
  expect(await throttleRows()).toBe(0);
});

test("names that nobody has leave no row when they are refused, and those that were looked at are gone after their hour", async () => {
  for (let index = 0; index < 3; index += 1) {
    expect((await login(attacker, `nobody-${index}`, "a guess")).status).toBe(401);
  }
  // As after thirty of them.
  const blockedUntil = new Date(clock.now().getTime() + 900_000);
  await app.database.query("UPDATE login_throttles SET failures = 60, blocked_until = $2 WHERE subject = $1", [
    `address:${attacker}`,
    blockedUntil,
  ]);
  const rows = await throttleRows();
  expect(statusesOf(await burst(100, async (index) => login(attacker, `more-${randomUUIDv7()}-${index}`, "a guess")))).toEqual([429]);
  expect(await throttleRows()).toBe(rows);
  clock.move(3_600_001);
  await app.nest.get(AuthService, { strict: false }).removeExpired();
  expect(await throttleRows()).toBe(0);
});

test("whoever leaves gives up the place in the queue: nothing is counted and nothing compared", async () => {
  const unlock = await lockTables(app.database, ["login_throttles"]);
  const sockets = Array.from({ length: 40 }, () => {
    const sent = request(`${app.url}/api/auth/login`, {
      method: "POST",
      localAddress: attacker,
      agent: false,
      headers: { "content-type": "application/json", origin: app.url },
    });
    sent.on("error", () => undefined);
    sent.end(JSON.stringify({ username: "nobody-here", password: "a guess" }));
    return sent;
  });
  await untilWaiting(1);
  // Behind those that were sent before from the same address.
  const last = login(attacker, adminName, adminPassword);
  for (const socket of sockets) {
    socket.destroy();
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  await unlock();
  expect((await last).status).toBe(200);
  expect((await auditRows(app.database, "auth.sign_in_refused")).length).toBeLessThanOrEqual(1);
});

test("guesses of invites in large numbers by one address hold one connection, and are refused in words", async () => {
  const client = await app.admin();
  const unlock = await lockTables(app.database, ["invites"]);
  const guess = { username: "new-person", password: "a long new password", displayName: "New" };
  const attack = burst(200, async (index) =>
    postFrom(attacker, `${app.url}/api/auth/sign-up`, { ...guess, inviteCode: `mosaic-code-${index}` }),
  );
  await untilWaiting(1);
  expect(
    (await Promise.all(Array.from({ length: 30 }, async () => client.get("/api/auth/me")))).every(({ status }) => status === 200),
  ).toBe(true);
  await unlock();
  const statuses = statusesOf(await attack);
  expect([statuses.filter((status) => ![400, 429, 503].includes(status)), statuses.includes(503)]).toEqual([[], true]);
  expect(await throttleRows()).toBe(1);
});

test("wrong access tokens at once are counted one after the other, on one connection", async () => {
  const client = await app.admin();
  const unlock = await lockTables(app.database, ["login_throttles"]);
  const attack = Promise.all(
    Array.from({ length: 150 }, async () => fetch(`${app.url}/api/auth/me`, { headers: { authorization: "Bearer mosaic_wrong" } })),
  );
  await untilWaiting(1);
  expect((await client.get("/api/auth/me")).status).toBe(200);
  await unlock();
  const statuses = (await attack).map(({ status }) => status);
  expect([statuses.filter((status) => status === 401).length, new Set(statuses)]).toEqual([31, new Set([401, 429])]);
});
