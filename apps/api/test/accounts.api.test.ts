import type { Profile } from "@mosaic/contracts/account";
import bcrypt from "@node-rs/bcrypt";
import { afterEach, beforeEach, expect, test, vi, type MockInstance } from "vitest";
import { CLOCK } from "../src/platform/clock/clock.js";
import { auditRows } from "./harness/audit-rows.js";
import { invitedMember, memberPassword } from "./harness/people.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { adminName, adminPassword, startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

const newPassword = "another fine sentence";

let app: TestApp;
let clock: StoppedClock;

beforeEach(async () => {
  clock = new StoppedClock();
  app = await startTestApp({ replace: [{ token: CLOCK, value: clock }] });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await app.close();
});

async function loginStatus(username: string, password: string): Promise<number> {
  return (await app.visitor().post("/api/auth/login", { username, password })).status;
}

async function change(client: TestClient, currentPassword: string, next = newPassword): Promise<number> {
  return (await client.post("/api/profile/password", { currentPassword, newPassword: next })).status;
}

test("a profile shows the account, and its name for others can be changed", async () => {
  const ann = await invitedMember(app, "ann");
  expect((await ann.get("/api/profile")).json<Profile>()).toMatchObject({
    username: "ann",
    displayName: "ann",
    role: "member",
    isBreakglass: false,
    hasPassword: true,
    identities: [],
    email: null,
  });
  expect((await ann.patch("/api/profile", { displayName: "Ann Example" })).json()).toMatchObject({ displayName: "Ann Example" });
  expect((await ann.patch("/api/profile", {})).status).toBe(200);
  for (const body of [
    { role: "admin" },
    { username: "root" },
    { displayName: "" },
    { displayName: "a\u0007b" },
    { email: "a@b.example" },
  ]) {
    expect([body, (await ann.patch("/api/profile", body)).status]).toEqual([body, 400]);
  }
  expect((await ann.get("/api/auth/me")).json()).toMatchObject({ role: "member", displayName: "Ann Example" });
  expect(await auditRows(app.database, "profile.update")).toMatchObject([{ actor_name: "ann" }]);
});

test("a person’s language is one that there is, or as the browser says, and comes with who they are", async () => {
  const ann = await invitedMember(app, "linguist");
  const whoIs = async () => (await ann.get("/api/auth/me")).json();
  expect(await whoIs()).toMatchObject({ language: null });
  expect((await ann.patch("/api/profile", { language: "de" })).json()).toMatchObject({ language: "de", displayName: "linguist" });
  expect(await whoIs()).toMatchObject({ language: "de" });
  for (const language of ["fr", "", "DE", 7, ["de"], "de; path=/"]) {
    expect([language, (await ann.patch("/api/profile", { language })).status]).toEqual([language, 400]);
  }
  // Another version's language is as good as none, and keeps nobody out.
  await app.database.query("UPDATE users SET language = 'fr' WHERE username = 'linguist'");
  expect(await whoIs()).toMatchObject({ language: null });
  expect((await ann.patch("/api/profile", { language: null })).json()).toMatchObject({ language: null });
});

test("somebody who signs in elsewhere is shown where, and has no password to change", async () => {
  const ann = await app.member("ann");
  await app.database.query(
    "INSERT INTO oidc_identities (id, user_id, issuer, subject) VALUES (gen_random_uuid(), $1, 'https://login.example.org/realms/x', 's')",
    [ann.userId],
  );
  expect((await ann.get("/api/profile")).json()).toMatchObject({ hasPassword: false, identities: [{ issuer: "login.example.org" }] });
  expect(await change(ann, "whatever it is")).toBe(409);
});

test.each(["a member", "the breakglass admin"])("%s changes their own password, and every session but a new one here ends", async (who) => {
  const [name, former] = who === "a member" ? ["ann", memberPassword] : [adminName, adminPassword];
  const client = who === "a member" ? await invitedMember(app, name) : await app.admin();
  const elsewhere = await app.session(client);
  const stolen = client.cookie;
  expect(await change(client, former)).toBe(204);
  expect(client.cookie).not.toBe(stolen);
  expect((await client.get("/api/auth/me")).status).toBe(200);
  expect((await elsewhere.get("/api/auth/me")).status).toBe(401);
  client.cookie = stolen;
  expect((await client.get("/api/auth/me")).status).toBe(401);
  expect([await loginStatus(name, former), await loginStatus(name, newPassword)]).toEqual([401, 200]);
  expect(await auditRows(app.database, "password.change")).toMatchObject([{ actor_name: name, details: { endedSessions: 2 } }]);
});

test("a new password revokes the access tokens that were made under the former one, unless their owner keeps them", async () => {
  const ann = await invitedMember(app, "ann");
  const kept = await app.token(ann, ["read"]);
  const body = { currentPassword: memberPassword, newPassword, endsTokens: false };
  expect((await ann.post("/api/profile/password", body)).status).toBe(204);
  expect((await kept.get("/api/auth/me")).status).toBe(200);
  expect(await change(ann, newPassword, `${newPassword} again`)).toBe(204);
  expect((await kept.get("/api/auth/me")).status).toBe(401);
  const changes = (await auditRows(app.database, "password.change")).map(({ details }) => details["endedTokens"]);
  expect(changes).toEqual([0, 1]);
});

test("a new password needs the current one, keeps the rules, and guessing it is slowed down in one session only", async () => {
  const ann = await invitedMember(app, "ann");
  const wrong = await ann.post("/api/profile/password", { currentPassword: "not it", newPassword });
  expect(wrong.status).toBe(400);
  expect(wrong.json()).toMatchObject({ errors: [{ path: "currentPassword" }] });
  for (const weak of ["short", "aaaaaaaaaaaaaaa", "this is ann and more", "abcdefgh".repeat(129)]) {
    const answer = await ann.post("/api/profile/password", { currentPassword: memberPassword, newPassword: weak });
    expect([weak, answer.status, answer.json<{ errors: { path: string }[] }>().errors[0]?.path]).toEqual([weak, 400, "newPassword"]);
  }
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect(await change(ann, "not it")).toBe(400);
  }
  expect(await change(ann, memberPassword)).toBe(429);
  expect(await change(await app.session(ann), memberPassword)).toBe(204);
  expect((await auditRows(app.database, "password.change")).map(({ outcome }) => outcome)).toEqual([
    ...Array.from({ length: 6 }, () => "refused"),
    "done",
  ]);
});

test("a password may be long: all of it counts, and its hash is of what bcrypt reads", async () => {
  const long = "Größe 🦊 ".repeat(40);
  const ann = await invitedMember(app, "ann");
  expect(await change(ann, memberPassword, long)).toBe(204);
  const beginning = Buffer.from(long).subarray(0, 72).toString("utf8");
  expect([await loginStatus("ann", long), await loginStatus("ann", `${long}x`), await loginStatus("ann", beginning)]).toEqual([
    200, 401, 401,
  ]);
  // One that fits is hashed as ever, and nothing that comes after it is taken for it.
  const fits = "abcdefgh".repeat(9);
  expect(await change(ann, long, fits)).toBe(204);
  expect([await loginStatus("ann", fits), await loginStatus("ann", `${fits}and more`)]).toEqual([200, 401]);
  const [row] = await app.database.query<{ hash: string }>("SELECT password_hash AS hash FROM local_passwords WHERE user_id = $1", [
    ann.userId,
  ]);
  expect(row?.hash).toMatch(/^\$2[aby]\$/);
});

test("whoever may not sign in is found out with the very same work as a wrong password", async () => {
  await invitedMember(app, "ann");
  const disabled = await invitedMember(app, "disabled-one");
  await app.member("sso-only");
  await app.database.query("UPDATE users SET disabled_at = now() WHERE id = $1", [disabled.userId]);
  await app.database.query("UPDATE local_passwords SET password_hash = replace(password_hash, '$2a$', '$2b$')");
  const compare = vi.spyOn(bcrypt, "compare");
  const attempts = [
    ["ann", "wrong but long enough"],
    ["nobody-here", memberPassword],
    ["sso-only", memberPassword],
    ["disabled-one", memberPassword],
  ] as const;
  const answers: unknown[] = [];
  for (const [username, password] of attempts) {
    compare.mockClear();
    const answer = await app.visitor().post("/api/auth/login", { username, password });
    answers.push({ ...answer.json<object>(), requestId: "" });
    // The same number of comparisons, and each with as many rounds.
    expect([username, answer.status, compare.mock.calls.map(([, hash]) => hash.slice(0, 7))]).toEqual([username, 401, ["$2b$12$"]]);
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await loginStatus("ann", memberPassword)).toBe(200);
});

test("a sign-in with the former password that is under way while it changes lets nobody in", async () => {
  const ann = await invitedMember(app, "ann");
  const original = bcrypt.compare.bind(bcrypt);
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const holding = async (password: string, hash: string): Promise<boolean> => {
    const isRight = await original(password, hash);
    reached.resolve();
    await held.promise;
    return isRight;
  };
  const compare = vi.spyOn(bcrypt, "compare") as unknown as MockInstance<typeof holding>;
  compare.mockImplementationOnce(holding);
  const late = loginStatus("ann", memberPassword);
  await reached.promise;
  expect(await change(ann, memberPassword)).toBe(204);
  held.resolve();
  expect(await late).toBe(401);
});

test("sign-ins and refusals are written down, and a name that nobody has is not: it may be a password", async () => {
  await app.admin();
  await loginStatus(adminName, adminPassword);
  await loginStatus(adminName, "wrong but long enough");
  await loginStatus("my secret password", "wrong but long enough");
  const rows = (await auditRows(app.database)).filter(({ action }) => action.startsWith("auth."));
  expect(rows).toMatchObject([
    {
      action: "auth.sign_in",
      outcome: "done",
      actor_kind: "user",
      actor_name: adminName,
      address: "127.0.0.1",
      details: { method: "password" },
    },
    { action: "auth.sign_in_refused", outcome: "refused", actor_kind: "visitor", target_name: adminName },
    { action: "auth.sign_in_refused", outcome: "refused", actor_kind: "visitor", target_name: "", details: { isKnownName: false } },
  ]);
  expect(JSON.stringify(rows)).not.toContain("my secret password");
});

test("what can't be written down does not happen", async () => {
  const ann = await invitedMember(app, "ann");
  await app.database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$`);
  await app.database.query("CREATE TRIGGER refuse BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse()");
  const snapshot = async (): Promise<unknown> =>
    app.database.query(
      "SELECT (SELECT count(*) FROM sessions) s, (SELECT count(*) FROM access_tokens) t, (SELECT password_hash FROM local_passwords) p",
    );
  const before = await snapshot();
  expect(await change(ann, memberPassword)).toBe(500);
  expect((await ann.post("/api/tokens", { name: "x", scopes: ["read"], expiresInDays: null })).status).toBe(500);
  expect((await ann.delete("/api/sessions")).status).toBe(500);
  expect(await loginStatus("ann", memberPassword)).toBe(500);
  expect(await snapshot()).toEqual(before);
});
