import { afterEach, beforeEach, expect, test } from "vitest";
import { CLOCK } from "../src/platform/clock/clock.js";
import { auditRows } from "./harness/audit-rows.js";
import { postFrom, type AddressedAnswer } from "./harness/from-address.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { adminName, adminPassword, startTestApp, type TestApp } from "./harness/test-app.js";

const home = "127.0.0.50";
const hotel = "127.0.0.51";

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

async function login(
  address: string,
  password = adminPassword,
  cookie?: string,
  username = adminName,
  { url } = app,
): Promise<AddressedAnswer> {
  return postFrom(address, `${url}/api/auth/login`, { username, password }, cookie === undefined ? {} : { cookie });
}

/** One wrong password from each of many addresses. */
async function attack(count: number, username = adminName): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) {
    statuses.push((await login(`127.0.1.${index + 1}`, "a guess", undefined, username)).status);
  }
  return statuses;
}

test("guessing one account from many addresses is slowed down, and a name that nobody has looks the same", async () => {
  const statuses = await attack(23);
  expect(statuses).toEqual([...Array.from({ length: 21 }, () => 401), 429, 429]);
  expect(await attack(23, "nobody-here")).toEqual(statuses);
  const told = (await auditRows(app.database, "auth.throttled")).map(({ target_name, details }) => [target_name, details["limit"]]);
  // One row for a block, however many it met.
  expect(told).toEqual([
    [adminName, "account"],
    ["", "account"],
  ]);
});

test("an address that the account has signed in from before is let in during such an attack, others wait", async () => {
  expect((await login(home)).status).toBe(200);
  await attack(23);
  expect((await login(home)).status).toBe(200);
  const away = await login(hotel);
  expect([away.status, away.body["detail"]]).toEqual([429, expect.stringContaining("signed in from before")]);
  clock.move(60_001);
  expect((await login(hotel)).status).toBe(200);
});

test("a browser that the account has signed in with is let in from wherever, whoever guesses beside it", async () => {
  const cookie = (await login(home)).cookies.find((value) => value.startsWith("mosaic_browser=")) ?? "";
  expect(cookie).toMatch(/^mosaic_browser=[A-Za-z0-9_-]{43}$/);
  // From the very address that the owner travels to, and from everywhere else.
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await login(hotel, "a guess");
  }
  await attack(23);
  expect((await login(hotel)).status).toBe(429);
  expect((await login(hotel, adminPassword, cookie)).status).toBe(200);
  // It answers for itself, and for its owner's account only.
  for (let attempt = 0; attempt < 6; attempt += 1) {
    expect((await login(hotel, "a guess", cookie)).status).toBe(401);
  }
  expect((await login(hotel, adminPassword, cookie)).status).toBe(429);
  expect((await login(home)).status).toBe(200);
});

test("a browser's mark opens nothing for another account, and is stored as a hash only", async () => {
  const cookie = (await login(home)).cookies.find((value) => value.startsWith("mosaic_browser=")) ?? "";
  await attack(23, "somebody-else");
  expect((await login(home, "a guess", cookie, "somebody-else")).status).toBe(429);
  const rows = await app.database.query("SELECT encode(place_hash, 'escape') AS place FROM sign_in_places");
  expect(JSON.stringify(rows)).not.toContain(cookie.replace("mosaic_browser=", ""));
});

test("a right password begins no block for others at its address", async () => {
  expect((await login(home)).status).toBe(200);
  for (let index = 0; index < 31; index += 1) {
    expect((await login(hotel, "a guess", undefined, `somebody-${index}`)).status).toBe(401);
  }
  clock.move(10_001);
  expect((await login(hotel)).status).toBe(200);
  expect((await login(hotel, "a guess", undefined, "somebody-else")).status).toBe(401);
  expect((await login(hotel, "a guess", undefined, "somebody-else")).status).toBe(429);
});

test("a new password forgets the places of the former one", async () => {
  const session = (await login(home)).cookies.find((value) => value.startsWith("mosaic_session=")) ?? "";
  const body = { currentPassword: adminPassword, newPassword: "quite another sentence" };
  expect((await postFrom(home, `${app.url}/api/profile/password`, body, { cookie: session })).status).toBe(204);
  expect(await app.database.query("SELECT 1 FROM sign_in_places")).toEqual([]);
});

test("guesses count wherever they are made: another process of this Mosaic refuses the next one, and knows who has been here before", async () => {
  expect((await login(home)).status).toBe(200);
  const other = await startTestApp({ database: app.database, runtime: app.runtime, replace: [{ token: CLOCK, value: clock }] });
  const there = async (address: string, password = adminPassword): Promise<number> =>
    (await login(address, password, undefined, adminName, other)).status;
  try {
    // Half of them at each process, neither of which has met enough of them by itself.
    const statuses: number[] = [];
    for (let index = 0; index < 22; index += 1) {
      const target = index % 2 === 0 ? app : other;
      statuses.push((await login(`127.0.1.${index + 1}`, "a guess", undefined, adminName, target)).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 21 }, () => 401), 429]);
    expect([await there(hotel, "a guess"), await there(hotel), (await login(hotel)).status]).toEqual([429, 429, 429]);
    expect(await there(home)).toBe(200);
    clock.move(60_001);
    expect(await there(hotel)).toBe(200);
  } finally {
    await other.close();
  }
  expect(await auditRows(app.database, "auth.throttled")).toHaveLength(1);
});
