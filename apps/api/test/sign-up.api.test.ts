import type { SignInOptions } from "@mosaic/contracts/account";
import type { InviteList } from "@mosaic/contracts/admin-users";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CLOCK } from "../src/platform/clock/clock.js";
import { auditRows } from "./harness/audit-rows.js";
import { createInvite, memberPassword } from "./harness/people.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { Answer } from "./harness/test-client.js";

let app: TestApp;
let clock: StoppedClock;

beforeEach(async () => {
  clock = new StoppedClock();
  app = await startTestApp({ replace: [{ token: CLOCK, value: clock }] });
});

afterEach(async () => {
  await app.close();
});

async function signUp(username: string, inviteCode?: string, over: object = {}): Promise<Answer> {
  const body = { username, password: memberPassword, ...(inviteCode === undefined ? {} : { inviteCode }), ...over };
  return app.visitor().post("/api/auth/sign-up", body);
}

function faultOf(answer: Answer): unknown {
  return [answer.status, answer.json<{ errors?: { path: string }[] }>().errors?.map(({ path }) => path)];
}

async function setMode(mode: string): Promise<void> {
  expect((await (await app.admin()).put("/api/admin/sign-up", { mode })).status).toBe(200);
}

test("sign-up takes an invite unless an admin says otherwise, and the login page knows", async () => {
  const mode = async (): Promise<string> => (await app.visitor().get("/api/auth/options")).json<SignInOptions>().signUp;
  expect(await mode()).toBe("invite");
  expect(faultOf(await signUp("ann"))).toEqual([400, ["inviteCode"]]);
  await setMode("open");
  expect(await mode()).toBe("open");
  expect((await signUp("ann")).json()).toMatchObject({ username: "ann", displayName: "ann", role: "member", isBreakglass: false });
  await setMode("closed");
  const { code } = await createInvite(app);
  const closed = await signUp("bob", code);
  expect([closed.status, closed.json()["code"]]).toEqual([403, "forbidden"]);
  expect((await auditRows(app.database, "sign_up.update")).map(({ details }) => details["mode"])).toEqual(["open", "closed"]);
});

test("an invite makes an account with its role, signs in, and counts", async () => {
  const invite = await createInvite(app, { role: "admin", note: "for Ann" });
  expect(invite).toMatchObject({ role: "admin", maxUses: 1, uses: 0, status: "open", createdByName: "root-admin" });
  const visitor = app.visitor();
  const body = { username: " ANN ", password: memberPassword, displayName: "Ann", inviteCode: invite.code };
  const made = await visitor.post("/api/auth/sign-up", body);
  expect(made.json()).toMatchObject({ username: "ann", displayName: "Ann", role: "admin" });
  expect((await visitor.get("/api/admin/users")).status).toBe(200);
  expect((await app.visitor().post("/api/auth/login", { username: "ann", password: memberPassword })).status).toBe(200);
  const [listed] = (await visitor.get("/api/admin/invites")).json<InviteList>().invites;
  expect(listed).toMatchObject({ uses: 1, status: "used_up", note: "for Ann" });
  expect(faultOf(await signUp("bob", invite.code))).toEqual([400, ["inviteCode"]]);
  const row = { action: "user.create", actor_name: "ann", target_name: "ann", details: { role: "admin", inviteId: invite.id } };
  expect(await auditRows(app.database, "user.create")).toMatchObject([row]);
});

test("the code is in the database as a hash only, and in no list", async () => {
  const { code, hint } = await createInvite(app);
  expect(Buffer.from(code, "base64url").length).toBeGreaterThanOrEqual(16);
  expect(code.endsWith(hint)).toBe(true);
  const stored = await app.database.query("SELECT to_jsonb(i)::text AS row FROM invites i");
  const list = await (await app.admin()).get("/api/admin/invites");
  expect(JSON.stringify([stored, list.text, await auditRows(app.database)])).not.toContain(code.slice(0, 20));
});

test("however many sign up at once, an invite makes no more accounts than it says", async () => {
  const { code, id } = await createInvite(app, { maxUses: 3 });
  const answers = await Promise.all(Array.from({ length: 9 }, async (_value, index) => signUp(`user-${index}`, code)));
  expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([
    201, 201, 201, 400, 400, 400, 400, 400, 400,
  ]);
  expect(await app.database.query("SELECT uses FROM invites WHERE id = $1", [id])).toEqual([{ uses: 3 }]);
  expect(await app.database.query("SELECT 1 FROM users WHERE username LIKE 'user-%'")).toHaveLength(3);
});

test("a name that is taken uses nothing of the invite, and is told only to who has one", async () => {
  await app.member("ann");
  const { code } = await createInvite(app);
  expect(faultOf(await signUp("ann", "not-an-invite-code"))).toEqual([400, ["inviteCode"]]);
  expect(faultOf(await signUp("ann", code))).toEqual([400, ["username"]]);
  expect((await signUp("anna", code)).status).toBe(201);
});

test("two who want the same name at once get one account", async () => {
  const { code } = await createInvite(app, { maxUses: 5 });
  const answers = await Promise.all(Array.from({ length: 3 }, async () => signUp("ann", code)));
  expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 400, 400]);
  expect(await app.database.query("SELECT uses FROM invites")).toEqual([{ uses: 1 }]);
});

test("an invite that is revoked, has expired or was made by a former admin lets nobody in", async () => {
  const admin = await app.admin();
  const [revoked, expired] = [await createInvite(app), await createInvite(app, { expiresInHours: 1 })];
  const formerAdmin = await app.member("former");
  await app.database.query("UPDATE users SET role = 'admin' WHERE id = $1", [formerAdmin.userId]);
  const theirs = (await formerAdmin.post("/api/admin/invites", { role: "admin" })).json<{ id: string; code: string }>();
  await app.database.query("UPDATE users SET role = 'member' WHERE id = $1", [formerAdmin.userId]);
  expect((await admin.delete(`/api/admin/invites/${revoked.id}`)).status).toBe(204);
  expect((await admin.delete(`/api/admin/invites/${revoked.id}`)).status).toBe(204);
  expect((await admin.delete(`/api/admin/invites/${formerAdmin.userId}`)).status).toBe(404);
  clock.move(3_600_001);
  for (const { code } of [revoked, expired, theirs]) {
    expect(faultOf(await signUp("ann", code))).toEqual([400, ["inviteCode"]]);
  }
  const { invites } = (await admin.get("/api/admin/invites")).json<InviteList>();
  const statuses = new Map(invites.map(({ id, status }) => [id, status]));
  expect([revoked.id, expired.id, theirs.id].map((id) => statuses.get(id))).toEqual(["revoked", "expired", "revoked"]);
  expect(await auditRows(app.database, "invite.revoke")).toHaveLength(1);
});

test("guessing invites, and making accounts without end, is slowed down by address", async () => {
  const { code } = await createInvite(app, { maxUses: 10 });
  for (let attempt = 0; attempt < 11; attempt += 1) {
    expect((await signUp("ann", `guess-${attempt}-guess`)).status).toBe(400);
  }
  const blocked = await signUp("ann", "guess-again-guess");
  expect([blocked.status, blocked.headers.get("retry-after")]).toEqual([429, "60"]);
  // Whoever was invited comes in, whatever others try from the same address; only guessing names is not for them either.
  await app.member("taken");
  expect((await signUp("taken", code)).status).toBe(429);
  expect((await signUp("ann", code)).status).toBe(201);
  const refused = await auditRows(app.database, "auth.sign_up_refused");
  expect(refused).toHaveLength(11);
  expect(refused[0]).toMatchObject({ outcome: "refused", details: { reason: "no_such_invite" } });
  expect(JSON.stringify(refused)).not.toContain("guess-");
  clock.move(60_001);
  await setMode("open");
  expect((await signUp("bob")).status).toBe(201);
  expect((await signUp("carl")).status).toBe(429);
});

test.each([
  [{ password: "short" }, "password"],
  [{ password: "ann and something more" }, "password"],
  [{ role: "admin" }, ""],
  [{ username: "zz" }, "username"],
  [{ username: "a b c" }, "username"],
  [{ displayName: "" }, "displayName"],
])("nobody signs up with %j", async (over, path) => {
  const { code } = await createInvite(app);
  expect(faultOf(await signUp("ann", code, over))).toEqual([400, [path]]);
});
