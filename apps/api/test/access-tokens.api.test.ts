import type { AccessTokenList, CreatedAccessToken } from "@mosaic/contracts/access-token";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CLOCK } from "../src/platform/clock/clock.js";
import { BearerTokensService } from "../src/modules/auth/bearer-tokens.service.js";
import { Admission } from "../src/platform/http/admission.js";
import { auditRows } from "./harness/audit-rows.js";
import { postFrom } from "./harness/from-address.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

const day = 24 * 3_600_000;

let app: TestApp;
let clock: StoppedClock;
let ann: TestClient;

beforeEach(async () => {
  clock = new StoppedClock();
  app = await startTestApp({ replace: [{ token: CLOCK, value: clock }] });
  ann = await app.member("ann");
});

afterEach(async () => {
  await app.close();
});

async function createToken(client: TestClient, over: object = {}): Promise<CreatedAccessToken> {
  const answer = await client.post("/api/tokens", { name: "script", scopes: ["read"], expiresInDays: 30, ...over });
  expect(answer.status).toBe(201);
  return answer.json<CreatedAccessToken>();
}

const program = (token: string): TestClient => new TestClient(app.url, { bearer: token });

test("a token is shown once, is stored as a hash only, and signs its owner's program in", async () => {
  const { token, hint, id } = await createToken(ann);
  expect(token).toMatch(/^mosaic_[A-Za-z0-9_-]{43}$/);
  expect(token.endsWith(hint)).toBe(true);
  const rows = await app.database.query("SELECT to_jsonb(t)::text AS row FROM access_tokens t");
  expect(JSON.stringify(rows)).not.toContain(token.slice(-30));
  const listed = (await ann.get("/api/tokens")).text;
  expect(listed).toContain(id);
  expect(listed).not.toContain(token);
  const me = await program(token).get("/api/auth/me");
  expect(me.json()).toMatchObject({ username: "ann" });
});

test("the last use is told with its time and address, and written at most once a minute", async () => {
  const { token } = await createToken(ann);
  const lastUse = async (): Promise<{ at: string | null; address: string | null }> => {
    const [found] = (await ann.get("/api/tokens")).json<AccessTokenList>().tokens;
    return { at: found?.lastUsedAt ?? null, address: found?.lastUsedAddress ?? null };
  };
  expect(await lastUse()).toEqual({ at: null, address: null });
  const first = clock.now().toISOString();
  await program(token).get("/api/auth/me");
  expect(await lastUse()).toEqual({ at: first, address: "127.0.0.1" });
  clock.move(59_000);
  await program(token).get("/api/auth/me");
  expect((await lastUse()).at).toBe(first);
  clock.move(2_000);
  await program(token).get("/api/auth/me");
  expect((await lastUse()).at).toBe(clock.now().toISOString());
});

test("each scope opens its routes only, and a refusal names the scope that is needed", async () => {
  const [reader, chatter, manager] = await Promise.all([app.token(ann, ["read"]), app.token(ann, ["chat"]), app.token(ann, ["manage"])]);
  const create = { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] };
  expect((await manager.post("/api/providers", create)).status).toBe(201);
  expect((await reader.get("/api/providers")).status).toBe(200);
  for (const client of [reader, chatter]) {
    const refused = await client.post("/api/providers", create);
    expect(refused.status).toBe(403);
    expect(refused.json()).toMatchObject({ code: "forbidden", detail: expect.stringContaining('"manage"') });
  }
  expect((await manager.get("/api/events")).status).toBe(403);
});

test("nothing of sign-in, sessions, tokens and admins opens for a token, also not an admin's", async () => {
  const all = await app.token(await app.admin(), ["read", "chat", "manage"]);
  for (const path of ["/api/tokens", "/api/sessions", "/api/profile", "/api/admin/users", "/api/admin/invites", "/api/admin/sign-up"]) {
    const answer = await all.get(path);
    expect([path, answer.status]).toEqual([path, 403]);
    expect(answer.json()["detail"]).toContain("browser");
  }
  expect((await all.post("/api/tokens", { name: "x", scopes: ["read"], expiresInDays: null })).status).toBe(403);
});

test("a request with an Authorization header never uses its cookie", async () => {
  const headers = (authorization: string): { headers: Record<string, string> } => ({ headers: { authorization } });
  for (const value of ["Basic YTpi", "Bearer x", `Bearer mosaic_${"A".repeat(43)}`, "Bearer", ""]) {
    expect([value, (await ann.get("/api/auth/me", headers(value))).status]).toEqual([value, 401]);
  }
  const { cookie } = ann;
  await ann.post("/api/auth/logout", undefined, headers("Basic YTpi"));
  ann.cookie = cookie;
  expect((await ann.get("/api/auth/me")).status).toBe(200);
});

test("a token that has expired, is revoked or whose owner is disabled lets nobody in", async () => {
  const bob = await app.member("bob");
  const [expiring, revoked, disabled] = [await createToken(ann), await createToken(ann, { expiresInDays: null }), await createToken(bob)];
  expect((await ann.delete(`/api/tokens/${revoked.id}`)).status).toBe(204);
  expect((await program(revoked.token).get("/api/auth/me")).status).toBe(401);
  await app.database.query("UPDATE users SET disabled_at = now() WHERE id = $1", [bob.userId]);
  expect((await program(disabled.token).get("/api/auth/me")).status).toBe(401);
  clock.move(30 * day - 1);
  expect((await program(expiring.token).get("/api/auth/me")).status).toBe(200);
  clock.move(2);
  expect((await program(expiring.token).get("/api/auth/me")).status).toBe(401);
});

test("nobody has more than 50, however many are made at once", async () => {
  const answers = await Promise.all(
    Array.from({ length: 55 }, async (_value, index) =>
      ann.post("/api/tokens", { name: `t${index}`, scopes: ["read"], expiresInDays: null }),
    ),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
  const refused = answers.find(({ status }) => status !== 201);
  expect(refused?.json()).toMatchObject({ code: "conflict", detail: expect.stringContaining("50") });
});

test("another's token is revoked as little as a missing one", async () => {
  const { id, token } = await createToken(ann);
  const bob = await app.member("bob");
  const others = await bob.delete(`/api/tokens/${id}`);
  const missing = await bob.delete("/api/tokens/01890a5d-ac96-774b-bcce-b302099a8057");
  expect([others.status, others.text]).toEqual([404, missing.text]);
  expect((await program(token).get("/api/auth/me")).status).toBe(200);
});

test("wrong tokens are slowed down by address, and right ones from there are not", async () => {
  const { token, id } = await createToken(ann);
  const wrong = program(`mosaic_${"A".repeat(43)}`);
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 33; attempt += 1) {
    statuses.push((await wrong.get("/api/auth/me")).status);
  }
  expect(statuses.slice(0, 31).every((status) => status === 401)).toBe(true);
  expect(statuses.slice(31)).toEqual([429, 429]);
  expect((await program(token).get("/api/auth/me")).status).toBe(200);
  // One that is revoked meanwhile is a stranger's, though the answer is the same as for any guess.
  await ann.delete(`/api/tokens/${id}`);
  expect((await program(token).get("/api/auth/me")).status).toBe(429);
  expect(app.nest.get(Admission, { strict: false }).isKnown(token)).toBe(false);
  const elsewhere = await postFrom("127.0.0.9", `${app.url}/api/providers`, {}, { authorization: "Bearer mosaic_wrong" });
  expect(elsewhere.status).toBe(401);
  expect(await auditRows(app.database, "auth.throttled")).toMatchObject([
    { outcome: "refused", address: "127.0.0.1", details: { limit: "wrong_tokens_from_address" } },
  ]);
});

test("what a program does is written down as the token's doing, without the token", async () => {
  const { token, id } = await createToken(ann, { scopes: ["manage"] });
  await program(token).get("/api/profile");
  await ann.delete(`/api/tokens/${id}`);
  const rows = await auditRows(app.database);
  expect(rows).toMatchObject([
    { action: "token.create", actor_kind: "user", actor_name: "ann", target_id: id, details: { scopes: "manage" } },
    { action: "access.refuse", actor_kind: "token", actor_id: ann.userId, actor_name: "ann (script)", target_name: "GET /api/profile" },
    { action: "token.revoke", target_id: id, target_name: "script" },
  ]);
  expect(JSON.stringify(rows)).not.toContain(token.slice(-20));
});

test("a token says whether its conversations are shown and whether the model answers alone", async () => {
  const [usual, chosen] = [
    await createToken(ann, { scopes: ["chat"] }),
    await createToken(ann, { scopes: ["chat"], showsConversations: false, usesPlainModel: true }),
  ];
  expect([usual.showsConversations, usual.usesPlainModel]).toEqual([true, false]);
  expect([chosen.showsConversations, chosen.usesPlainModel]).toEqual([false, true]);
  const { tokens } = (await ann.get("/api/tokens")).json<AccessTokenList>();
  expect(tokens.map(({ id, showsConversations, usesPlainModel }) => [id, showsConversations, usesPlainModel])).toEqual([
    [chosen.id, false, true],
    [usual.id, true, false],
  ]);
  expect(await app.nest.get(BearerTokensService, { strict: false }).identify(chosen.token, "127.0.0.1")).toMatchObject({
    kind: "token",
    tokenId: chosen.id,
    showsConversations: false,
    usesPlainModel: true,
  });
  expect(await auditRows(app.database, "token.create")).toMatchObject([
    { details: { showsConversations: true, usesPlainModel: false } },
    { details: { showsConversations: false, usesPlainModel: true } },
  ]);
});

test.each([
  [{ name: "", scopes: ["read"], expiresInDays: 1 }],
  [{ name: "x", scopes: [], expiresInDays: 1 }],
  [{ name: "x", scopes: ["admin"], expiresInDays: 1 }],
  [{ name: "x", scopes: ["read", "read"], expiresInDays: 1 }],
  [{ name: "x", scopes: ["read"], expiresInDays: 0 }],
  [{ name: "x", scopes: ["read"] }],
  [{ name: "x", scopes: ["chat"], expiresInDays: 1, usesPlainModel: "yes" }],
  [{ name: "x", scopes: ["read"], expiresInDays: 1, userId: "01890a5d-ac96-774b-bcce-b302099a8057" }],
])("%j makes no token", async (body) => {
  expect((await ann.post("/api/tokens", body)).status).toBe(400);
});
