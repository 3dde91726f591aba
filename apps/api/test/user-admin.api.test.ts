import type { ManagedUserPage } from "@mosaic/contracts/admin-users";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserAdminService } from "../src/modules/user-admin/user-admin.service.js";
import { UserDeletionService } from "../src/modules/user-admin/user-deletion.service.js";
import { auditRows } from "./harness/audit-rows.js";
import { agentOf, createAgent, createConversation, say, Turn } from "./harness/chat.js";
import { openEvents } from "./harness/open-events.js";
import { createInvite, invitedMember, memberPassword } from "./harness/people.js";
import { adminName, startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

const nobody = "01890a5d-ac96-774b-bcce-b302099a8057";

let app: TestApp;
let admin: TestClient;

beforeEach(async () => {
  app = await startTestApp();
  admin = await app.admin();
});

afterEach(async () => {
  await app.close();
});

const path = (user: TestClient): string => `/api/admin/users/${user.userId}`;

async function page(query: string): Promise<ManagedUserPage> {
  const answer = await admin.get(`/api/admin/users${query}`);
  expect(answer.status).toBe(200);
  return answer.json<ManagedUserPage>();
}

async function countOf(table: string): Promise<number> {
  const [row] = await app.database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
  return row?.count ?? -1;
}

test("users are listed by page, found by what they are called, and filtered", async () => {
  for (const name of ["ann", "bob", "b_b", "carl"]) {
    await app.member(name);
  }
  const carl = (await page("?search=carl")).users[0];
  expect(carl).toMatchObject({ username: "carl", role: "member", isDisabled: false, isBreakglass: false, signsInWith: [], agentCount: 0 });
  await app.database.query("UPDATE users SET email = 'Queen@example.org', display_name = 'Ann Example' WHERE username = 'ann'");
  expect((await admin.patch(`/api/admin/users/${carl?.id}`, { isDisabled: true })).json()).toMatchObject({ isDisabled: true });
  const names = async (query: string): Promise<[string[], number]> => {
    const { users, total } = await page(query);
    return [users.map(({ username }) => username), total];
  };
  expect(await names("")).toEqual([["ann", "b_b", "bob", "carl", adminName], 5]);
  expect(await names("?page=2&pageSize=2")).toEqual([["bob", "carl"], 5]);
  expect(await names("?page=9&pageSize=2")).toEqual([[], 5]);
  expect(await names("?search=EXAMPLE")).toEqual([["ann"], 1]);
  expect(await names("?search=queen@")).toEqual([["ann"], 1]);
  expect(await names("?search=_")).toEqual([["b_b"], 1]);
  expect(await names("?search=%25")).toEqual([[], 0]);
  expect(await names("?role=admin")).toEqual([[adminName], 1]);
  expect(await names("?status=disabled")).toEqual([["carl"], 1]);
  expect(await names("?status=active&search=b")).toEqual([["b_b", "bob"], 2]);
  for (const query of [
    "?page=0",
    "?pageSize=1000",
    "?role=root",
    "?sort=x",
    "?search=%00",
    "?search=a&search=b",
    `?search=${"x".repeat(101)}`,
  ]) {
    expect([query, (await admin.get(`/api/admin/users${query}`)).status]).toEqual([query, 400]);
  }
});

test("another role counts at once: the user signs in again, and what a former admin shared is shared no more", async () => {
  const ann = await invitedMember(app, "ann", { role: "admin" });
  const program = await app.token(ann, ["read"]);
  const provider = await ann.post("/api/providers", { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] });
  await app.database.query("UPDATE llm_providers SET is_shared = true WHERE id = $1", [provider.json()["id"]]);
  expect((await admin.patch(path(ann), { role: "member" })).json()).toMatchObject({ role: "member" });
  expect((await ann.get("/api/admin/users")).status).toBe(401);
  expect((await program.get("/api/auth/me")).json()).toMatchObject({ role: "member" });
  expect(await app.database.query("SELECT is_shared FROM llm_providers")).toEqual([{ is_shared: false }]);
  await admin.patch(path(ann), { role: "admin" });
  const again = app.visitor();
  await again.post("/api/auth/login", { username: "ann", password: memberPassword });
  expect((await again.get("/api/admin/users")).status).toBe(200);
  expect(await app.database.query("SELECT is_shared FROM llm_providers")).toEqual([{ is_shared: false }]);
  expect((await auditRows(app.database, "user.update")).map(({ details }) => details)).toEqual([
    { role: "member", formerRole: "admin" },
    { role: "admin", formerRole: "member" },
  ]);
});

test("disabling a user ends what lets them in and stops their agents; their things wait for them", async () => {
  const ann = await invitedMember(app, "ann");
  const program = await app.token(ann, ["chat", "read"]);
  const { id: agentId } = await createAgent(ann);
  const conversationId = await createConversation(ann, agentId);
  const turn = await Turn.open(program, conversationId, "[demo:slow ms=50 words=400]");
  await turn.until(({ text }) => text !== "");
  expect((await admin.patch(path(ann), { isDisabled: true })).json()).toMatchObject({ isDisabled: true });
  await turn.ended;
  expect([(await ann.get("/api/auth/me")).status, (await program.get("/api/auth/me")).status]).toEqual([401, 401]);
  expect((await app.visitor().post("/api/auth/login", { username: "ann", password: memberPassword })).status).toBe(401);
  const status = async (): Promise<unknown> => app.database.query("SELECT status FROM agent_containers WHERE agent_id = $1", [agentId]);
  await expect.poll(status, { timeout: 10_000 }).toEqual([{ status: "stopped" }]);
  await admin.patch(path(ann), { isDisabled: false });
  expect([(await ann.get("/api/auth/me")).status, (await program.get("/api/auth/me")).status]).toEqual([401, 401]);
  const again = app.visitor();
  expect((await again.post("/api/auth/login", { username: "ann", password: memberPassword })).status).toBe(200);
  expect((await agentOf(again, agentId)).name).toBe("Robin");
  expect((await auditRows(app.database)).map(({ action }) => action)).toEqual(expect.arrayContaining(["user.disable", "user.enable"]));
});

test.each(["disabled", "deleted"])("whoever is %s loses what they have open within a second, on every process", async (change) => {
  const other = await startTestApp({ database: app.database, runtime: app.runtime });
  const ann = await app.member("ann");
  const bob = await openEvents(await app.member("bob"), other.url);
  const program = await app.token(ann, ["read"]);
  const streams = [await openEvents(ann), await openEvents(ann, other.url), await openEvents(program, other.url)];
  await (change === "disabled" ? admin.patch(path(ann), { isDisabled: true }) : admin.delete(path(ann)));
  for (const { isOpen } of streams) {
    await expect.poll(isOpen, { timeout: 1_000 }).toBe(false);
  }
  expect(bob.isOpen()).toBe(true);
  await other.close();
});

test("an agent that was being started when its owner was disabled is stopped by the next look", async () => {
  const ann = await app.member("ann");
  const { id: agentId } = await createAgent(ann);
  await say(ann, await createConversation(ann, agentId), "hello");
  await app.database.query("UPDATE users SET disabled_at = now() WHERE id = $1", [ann.userId]);
  await app.nest.get(UserAdminService, { strict: false }).stopAgentsOfDisabled();
  const status = async (): Promise<unknown> => app.database.query("SELECT status FROM agent_containers WHERE agent_id = $1", [agentId]);
  await expect.poll(status, { timeout: 10_000 }).toEqual([{ status: "stopped" }]);
});

test("deleting a user says how much goes, and then takes everything with it", async () => {
  const ann = await invitedMember(app, "ann");
  const { id: agentId } = await createAgent(ann);
  await say(ann, await createConversation(ann, agentId), "a secret");
  const program = await app.token(ann, ["read"]);
  const summary = (await admin.get(`${path(ann)}/deletion-summary`)).json();
  expect(summary).toEqual({ agents: 1, conversations: 1, providers: 1, tokens: 1, sharedProviders: 0 });
  expect((await admin.delete(path(ann))).status).toBe(204);
  for (const table of [
    "agents",
    "agent_containers",
    "conversations",
    "messages",
    "llm_providers",
    "access_tokens",
    "local_passwords",
    "sign_in_places",
  ]) {
    expect([table, await countOf(table)]).toEqual([table, 0]);
  }
  expect([app.runtime.containers.size, app.runtime.removedStates.length]).toEqual([0, 1]);
  expect([(await ann.get("/api/auth/me")).status, (await program.get("/api/auth/me")).status]).toEqual([401, 401]);
  expect((await admin.delete(path(ann))).status).toBe(404);
  expect(await auditRows(app.database, "user.delete")).toMatchObject([
    { actor_name: adminName, target_id: ann.userId, target_name: "ann", details: { agents: 1, conversations: 1, providers: 1 } },
  ]);
});

test("somebody new of the same name gets nothing of the former one", async () => {
  const former = await invitedMember(app, "ann");
  const { id: agentId } = await createAgent(former);
  const conversationId = await createConversation(former, agentId);
  await admin.delete(path(former));
  const next = await invitedMember(app, "ann");
  expect(next.userId).not.toBe(former.userId);
  expect((await next.get("/api/agents")).text).not.toContain(agentId);
  expect((await next.get(`/api/conversations/${conversationId}`)).status).toBe(404);
  expect((await former.get("/api/auth/me")).status).toBe(401);
});

test("a deletion that the engine interrupts lets nobody in, and any process finishes it", async () => {
  const ann = await invitedMember(app, "ann");
  const { id: agentId } = await createAgent(ann);
  await say(ann, await createConversation(ann, agentId), "hello");
  app.runtime.faults.isReachable = false;
  const interrupted = await admin.delete(path(ann));
  expect(interrupted.status).toBe(503);
  expect(interrupted.json()["detail"]).toContain("finishes deleting it");
  expect((await ann.get("/api/auth/me")).status).toBe(401);
  expect((await page("?search=ann")).users).toMatchObject([{ isDisabled: true }]);
  const back = await admin.patch(path(ann), { isDisabled: false });
  expect([back.status, back.json()["detail"]]).toEqual([409, expect.stringContaining("being deleted")]);
  app.runtime.faults.isReachable = true;
  const other = await startTestApp({ database: app.database, runtime: app.runtime });
  await other.nest.get(UserDeletionService, { strict: false }).finishInterrupted();
  expect((await page("?search=ann")).total).toBe(0);
  expect(await countOf("agents")).toBe(0);
  await other.close();
  expect(await auditRows(app.database, "user.delete")).toHaveLength(1);
});

test("somebody with many files is deleted however long these take", { timeout: 60_000 }, async () => {
  const ann = await invitedMember(app, "ann");
  await app.database.query(
    `INSERT INTO files (id, user_id, name_encrypted, key_encrypted, media_type, size_bytes, created_at)
     SELECT gen_random_uuid(), $1::uuid, 'enc:', 'enc:', 'text/plain', 1, now() FROM generate_series(1, 120)`,
    [ann.userId],
  );
  await app.database.query(
    "CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.06); RETURN OLD; END $$",
  );
  await app.database.query("CREATE TRIGGER take_long BEFORE DELETE ON files FOR EACH ROW EXECUTE FUNCTION take_long()");
  const deleted = await admin.delete(path(ann));
  await app.database.query("DROP FUNCTION take_long() CASCADE");
  expect(deleted.status).toBe(204);
  expect(await countOf("files")).toBe(0);
});

test("the breakglass account can't be demoted, disabled or deleted, also not by itself, and it is said why", async () => {
  const second = await invitedMember(app, "second", { role: "admin" });
  const breakglass = path(admin);
  for (const client of [second, admin]) {
    for (const answer of [
      await client.patch(breakglass, { role: "member" }),
      await client.patch(breakglass, { isDisabled: true }),
      await client.delete(breakglass),
    ]) {
      expect([answer.status, answer.json()["detail"]]).toEqual([409, expect.stringContaining("breakglass account can't be")]);
    }
  }
  expect((await admin.patch(breakglass, { role: "admin" })).status).toBe(200);
  for (const answer of [await second.patch(path(second), { isDisabled: true }), await second.delete(path(second))]) {
    expect([answer.status, answer.json()["detail"]]).toEqual([409, expect.stringContaining("your own account")]);
  }
  // An admin may step down.
  expect((await second.patch(path(second), { role: "member" })).json()).toMatchObject({ role: "member" });
  expect((await auditRows(app.database, "user.update")).length).toBe(1);
});

test("no route makes an admin somebody else, or sets another's password", async () => {
  const ann = await invitedMember(app, "ann");
  for (const body of [
    { password: "a fine new sentence" },
    { username: "bob" },
    { isBreakglass: true },
    { id: nobody },
    { deletingAt: null },
  ]) {
    expect([body, (await admin.patch(path(ann), body)).status]).toEqual([body, 400]);
  }
  for (const route of ["password", "sessions", "tokens", "impersonate", "agents"]) {
    expect([route, (await admin.post(`${path(ann)}/${route}`, {})).status]).toEqual([route, 404]);
  }
  for (const answer of [
    await admin.patch(`/api/admin/users/${nobody}`, { role: "admin" }),
    await admin.get(`/api/admin/users/${nobody}/deletion-summary`),
    await admin.delete("/api/admin/users/not-an-id"),
  ]) {
    expect(answer.status).toBe(404);
  }
  expect((await admin.patch(path(ann), {})).status).toBe(200);
});

test("an admin who is demoted takes no open invite along", async () => {
  const second = await invitedMember(app, "second", { role: "admin" });
  const { code } = (await second.post("/api/admin/invites", { role: "admin" })).json<{ code: string }>();
  await admin.patch(path(second), { role: "member" });
  const body = { username: "third", password: memberPassword, inviteCode: code };
  expect((await app.visitor().post("/api/auth/sign-up", body)).status).toBe(400);
  expect((await createInvite(app)).status).toBe("open");
});
