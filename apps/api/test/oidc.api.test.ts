import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { startOidcServer, type OidcServer } from "@mosaic/testing/oidc-server";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CookieBrowser } from "./harness/cookie-browser.js";
import { answerFor, configureOidc, landing, oidcClient, oidcSettingsOf, signInWith, toCallback, whoIs } from "./harness/oidc.js";
import { adminName, adminPassword, startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let server: OidcServer;
let admin: TestClient;
let lastAuditId: string;

const callbackPath = "/api/auth/oidc/callback";
const everybody = {
  ann: { email: "ann@example.org", email_verified: true, name: "Ann Smith", preferred_username: "ann" },
  "root-admin": { email: "root@example.org", email_verified: true, preferred_username: adminName, groups: ["admins"] },
  bob: { email: "bob@other.example", email_verified: true, preferred_username: "bob", groups: ["staff"] },
};

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ database: app.database, runtime: app.runtime });
  server = await startOidcServer({
    client: { ...oidcClient, redirectUris: [`${app.url}${callbackPath}`, `${other.url}${callbackPath}`] },
    people: { ...everybody },
  });
  admin = await app.admin();
});

afterAll(async () => {
  await server.close();
  await other.close();
  await app.close();
});

beforeEach(async () => {
  Object.assign(server.people, everybody);
  await app.database.query("DELETE FROM login_throttles");
  await app.database.query("DELETE FROM users WHERE username NOT IN ($1)", [adminName]);
  await configureOidc(admin, server.issuer);
  // The audit is never emptied: each test looks at what it added.
  const [last] = await app.database.query<{ id: string }>("SELECT id FROM audit_events ORDER BY id DESC LIMIT 1");
  lastAuditId = last?.id ?? "";
});

async function comeIn(name: string, browser = new CookieBrowser()): Promise<{ place: string; browser: CookieBrowser }> {
  return { place: await landing(browser, await answerFor(app, name, browser)), browser };
}

async function audit(): Promise<{ action: string; details: unknown }[]> {
  const sql = "SELECT action, details FROM audit_events WHERE id > $1 AND (action LIKE 'auth.%' OR action LIKE 'user.%') ORDER BY id";
  return app.database.query(sql, [lastAuditId]);
}

const put = async (body: unknown): Promise<{ status: number; json: Record<string, unknown> }> => {
  const answer = await admin.request("PUT", "/api/admin/oidc", body);
  return { status: answer.status, json: answer.json() };
};

test("somebody new signs in at a certified server, gets an account, and lands where they wanted to go", async () => {
  const browser = new CookieBrowser();
  const place = await landing(browser, await answerFor(app, "ann", browser, "/chat?id=7"));
  expect(place).toBe("/chat?id=7");
  expect(await whoIs(app, browser)).toMatchObject({ username: "ann", displayName: "Ann Smith", role: "member", isBreakglass: false });
  expect(await app.database.query("SELECT email FROM users WHERE username = 'ann'")).toEqual([{ email: "ann@example.org" }]);
  expect(await app.database.query("SELECT issuer, subject FROM oidc_identities")).toEqual([{ issuer: server.issuer, subject: "ann" }]);
  expect(await audit()).toEqual([
    { action: "user.create", details: { role: "member", by: "oidc" } },
    { action: "auth.sign_in", details: { method: "oidc" } },
  ]);
  expect(await app.database.query("SELECT 1 FROM oidc_flows")).toEqual([]);
});

test("the login page offers it with its label while it is on, at every process", async () => {
  const offered = async (at: TestApp): Promise<unknown> => (await at.visitor().get("/api/auth/options")).json()["oidc"];
  expect(await offered(app)).toEqual({ label: "Test sign-in" });
  await put({ ...oidcSettingsOf(server.issuer), label: "Company" });
  await expect.poll(async () => offered(other), { timeout: 1_000, interval: 20 }).toEqual({ label: "Company" });
  await put({ ...oidcSettingsOf(server.issuer), isEnabled: false });
  await expect.poll(async () => offered(other), { timeout: 1_000, interval: 20 }).toBeNull();
});

test("only an admin in a browser sees or changes the settings", async () => {
  const member = await app.member("eve-member");
  for (const path of ["/api/admin/oidc", "/api/admin/outbound"]) {
    expect([(await member.get(path)).status, (await app.visitor().get(path)).status]).toEqual([403, 401]);
    expect((await member.request("PUT", path, {})).status).toBe(403);
  }
  expect((await member.post("/api/admin/oidc/test", { issuer: server.issuer })).status).toBe(403);
  expect((await member.delete("/api/admin/oidc")).status).toBe(403);
});

test("the request carries PKCE, state and nonce, and the database none of them in clear", async () => {
  const response = await new CookieBrowser().open(`${app.url}/api/auth/oidc/start`);
  const url = new URL(response.headers.get("location") ?? "");
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: "code",
    client_id: oidcClient.id,
    redirect_uri: `${app.url}${callbackPath}`,
    code_challenge_method: "S256",
  });
  const [state, nonce] = [url.searchParams.get("state") ?? "", url.searchParams.get("nonce") ?? ""];
  expect([state.length, nonce.length]).toEqual([43, 43]);
  const rows = JSON.stringify(await app.database.query("SELECT to_jsonb(f)::text AS row FROM oidc_flows f"));
  expect(rows.includes(state) || rows.includes(nonce)).toBe(false);
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^mosaic_oidc=.*Path=\/api\/auth\/oidc;.*HttpOnly; SameSite=Lax/),
  ]);
  await app.database.query("DELETE FROM oidc_flows");
});

test("an account is known by issuer and subject, whatever address or name it comes with", async () => {
  await comeIn("ann");
  const [before] = await app.database.query<{ id: string }>("SELECT id FROM users WHERE username = 'ann'");
  server.people["ann"] = { email: "ann@new.example", email_verified: true, preferred_username: "somebody-else" };
  const { browser } = await comeIn("ann");
  expect(await whoIs(app, browser)).toMatchObject({ id: before?.id, username: "ann" });
  server.people["bob"] = { email: "ann@new.example", email_verified: true, preferred_username: "ann" };
  const bob = await comeIn("bob");
  expect(await whoIs(app, bob.browser)).toMatchObject({ username: "ann-2" });
});

test("nobody takes over the breakglass account, neither by its name nor by a mapping", async () => {
  await configureOidc(admin, server.issuer, { roleMappings: [{ claim: "groups", value: "staff", role: "member" }] });
  const { browser } = await comeIn(adminName);
  expect(await whoIs(app, browser)).toMatchObject({ username: `${adminName}-2`, role: "member", isBreakglass: false });
  const [root] = await app.database.query<{ user_id: string }>("SELECT user_id FROM breakglass_user");
  await app.database.query("UPDATE oidc_identities SET user_id = $1", [root?.user_id]);
  server.people[adminName] = { groups: ["staff"] };
  await comeIn(adminName);
  expect(await app.database.query("SELECT role FROM users WHERE username = $1", [adminName])).toEqual([{ role: "admin" }]);
  await app.database.query("DELETE FROM oidc_identities");
});

test("a mapping decides the role at each sign-in, and a lost role ends the sessions and the sharing that came with it", async () => {
  const roleMappings = [
    { claim: "groups", value: "admins", role: "admin" },
    { claim: "groups", value: "staff", role: "member" },
  ];
  await configureOidc(admin, server.issuer, { roleMappings });
  server.people["bob"] = { groups: ["admins", "staff"] };
  const first = await comeIn("bob");
  const user = await whoIs(app, first.browser);
  expect(user).toMatchObject({ role: "admin" });
  await app.database.query(
    `INSERT INTO llm_providers (id, owner_id, kind, name, models, is_shared) VALUES (gen_random_uuid(), $1, 'demo', 'Demo', '[]', true)`,
    [user?.["id"]],
  );
  server.people["bob"] = { groups: [] };
  const demoted = await comeIn("bob");
  expect(await whoIs(app, demoted.browser)).toMatchObject({ role: "member" });
  expect(await whoIs(app, first.browser)).toBeNull();
  expect(await app.database.query("SELECT is_shared FROM llm_providers")).toEqual([{ is_shared: false }]);
  expect((await audit()).filter(({ action }) => action === "user.update")).toEqual([
    { action: "user.update", details: { by: "oidc", isNewEmail: false, role: "member", formerRole: "admin" } },
  ]);
});

test("without a mapping that makes admins, people keep the role that they were given here", async () => {
  await configureOidc(admin, server.issuer, { roleMappings: [{ claim: "groups", value: "staff", role: "member" }] });
  server.people["bob"] = { groups: [] };
  const first = await comeIn("bob");
  const id = (await whoIs(app, first.browser))?.["id"] as string;
  expect((await admin.patch(`/api/admin/users/${id}`, { role: "admin" })).status).toBe(200);
  expect(await whoIs(app, (await comeIn("bob")).browser)).toMatchObject({ role: "admin" });
});

test("without auto-create only people who are known come in", async () => {
  await comeIn("ann");
  await configureOidc(admin, server.issuer, { autoCreate: false });
  expect((await comeIn("ann")).place).toBe("/");
  expect((await comeIn("bob")).place).toBe("/login?problem=oidc_no_account");
  expect(await app.database.query("SELECT 1 FROM users WHERE username = 'bob'")).toEqual([]);
  expect((await audit()).at(-1)).toEqual({ action: "auth.sign_in_refused", details: { method: "oidc", reason: "no_account" } });
});

test("a disabled account stays out", async () => {
  await comeIn("ann");
  await app.database.query("UPDATE users SET disabled_at = now() WHERE username = 'ann'");
  const { place, browser } = await comeIn("ann");
  expect(place).toBe("/login?problem=oidc_disabled_account");
  expect(await whoIs(app, browser)).toBeNull();
});

test("signing in ends the session that the browser had", async () => {
  const { browser } = await comeIn("ann");
  const former = browser.cookiesFor(new URL(app.url));
  await comeIn("ann", browser);
  expect(browser.cookiesFor(new URL(app.url))).not.toBe(former);
  expect((await fetch(`${app.url}/api/auth/me`, { headers: { cookie: former } })).status).toBe(401);
});

test("of several first sign-ins at once, one makes the account", async () => {
  const browsers = [new CookieBrowser(), new CookieBrowser(), new CookieBrowser()];
  const callbacks = await Promise.all(browsers.map(async (browser) => answerFor(app, "ann", browser)));
  const places = await Promise.all(browsers.map(async (browser, index) => landing(browser, callbacks[index] ?? new URL(app.url))));
  expect(places).toEqual(["/", "/", "/"]);
  expect(await app.database.query("SELECT 1 FROM users WHERE username LIKE 'ann%'")).toHaveLength(1);
});

test("people who sign in at the same moment are each themselves", async () => {
  const people = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? "ann" : "bob"));
  const browsers = people.map(() => new CookieBrowser());
  const callbacks = await Promise.all(browsers.map(async (browser, index) => answerFor(app, people[index] ?? "", browser)));
  await Promise.all(browsers.map(async (browser, index) => landing(browser, callbacks[index] ?? new URL(app.url))));
  const signedIn = await Promise.all(browsers.map(async (browser) => (await whoIs(app, browser))?.["username"]));
  expect(signedIn).toEqual(people);
});

test("nothing is kept of a sign-in that the audit can't tell of", async () => {
  const browser = new CookieBrowser();
  const callback = await answerFor(app, "ann", browser);
  await app.database.query(`CREATE FUNCTION no_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no audit'; END $$`);
  await app.database.query("CREATE TRIGGER no_audit BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION no_audit()");
  try {
    expect((await browser.open(callback.href)).status).toBe(500);
    expect((await put(oidcSettingsOf("https://example.org"))).status).toBe(500);
    expect((await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: ["10.0.0.0/8"] })).status).toBe(500);
  } finally {
    await app.database.query("DROP FUNCTION no_audit CASCADE");
  }
  expect(await app.database.query("SELECT 1 FROM users WHERE username = 'ann'")).toEqual([]);
  expect((await admin.get("/api/admin/oidc")).json()).toMatchObject({ issuer: server.issuer });
  expect((await admin.get("/api/admin/outbound")).json()).toEqual({ allowedAddresses: ["127.0.0.1"] });
});

test("a change on one process is in effect on the other within a second", async () => {
  const answered = async (): Promise<string> => {
    const response = await new CookieBrowser().open(`${other.url}/api/auth/oidc/start?direct=1`);
    return response.headers.get("location") ?? "";
  };
  expect(await answered()).toContain(`${server.issuer}/auth?`);
  await put({ ...oidcSettingsOf(server.issuer), isEnabled: false });
  await expect.poll(answered, { timeout: 1_000, interval: 20 }).toBe("/login?problem=oidc_unavailable");
  await put({ ...oidcSettingsOf(server.issuer), clientId: "renamed" });
  await expect.poll(answered, { timeout: 1_000, interval: 20 }).toContain("client_id=renamed");
  await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: [] });
  await put({ ...oidcSettingsOf("https://sign-in.invalid"), clientSecret: "x" });
  await expect.poll(answered, { timeout: 1_000, interval: 20 }).toBe("/login?problem=oidc_unavailable");
});

test("an address that is allowed at one process is called by the other within a second, and no longer once it is not", async () => {
  const elsewhere = new TestClient(other.url, { cookie: admin.cookie ?? "" });
  const outcome = async (): Promise<unknown> => (await elsewhere.post("/api/admin/oidc/test", { issuer: server.issuer })).json()["outcome"];
  expect(await outcome()).toBe("ok");
  await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: [] });
  await expect.poll(outcome, { timeout: 1_000, interval: 20 }).toBe("address_refused");
  await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: [new URL(server.issuer).host] });
  await expect.poll(outcome, { timeout: 1_000, interval: 20 }).toBe("ok");
});

test("a sign-in that began with one process may end at another", async () => {
  const browser = new CookieBrowser();
  const callback = await answerFor(app, "ann", browser);
  const cookie = browser.cookiesFor(callback);
  const response = await fetch(`${other.url}${callback.pathname}${callback.search}`, { redirect: "manual", headers: { cookie } });
  expect(response.headers.get("location")).toBe("/");
});

test("who comes by another address is led to the one that is registered", async () => {
  const named = app.url.replace("127.0.0.1", "localhost");
  const response = await new CookieBrowser().open(`${named}/api/auth/oidc/start?returnTo=%2Fchat`);
  expect(response.headers.get("location")).toBe(`${app.url}/api/auth/oidc/start?direct=1&returnTo=%2Fchat`);
});

test("a host that somebody makes up gets nowhere into the redirect address", async () => {
  const { request } = await import("node:http");
  const location = await new Promise<string | undefined>((resolve, reject) => {
    const call = request(`${app.url}/api/auth/oidc/start?direct=1`, { headers: { host: "evil.example" } }, (response) => {
      response.resume();
      resolve(response.headers.location);
    });
    call.once("error", reject).end();
  });
  expect(new URL(location ?? "").searchParams.get("redirect_uri")).toBe(`${app.url}${callbackPath}`);
});

test("the settings show what is stored, and never the secret", async () => {
  const shown = await admin.get("/api/admin/oidc");
  expect(shown.json()).toEqual({
    ...oidcSettingsOf(server.issuer),
    clientSecret: undefined,
    isConfigured: true,
    hasClientSecret: true,
    redirectUri: `${app.url}${callbackPath}`,
    rolesNotTold: null,
  });
  expect(shown.text).not.toContain(oidcClient.secret);
  const stored = JSON.stringify(await app.database.query("SELECT * FROM system_config WHERE key LIKE 'oidc%'"));
  expect(stored.includes(oidcClient.secret) || stored.includes(server.issuer)).toBe(false);
  expect(JSON.stringify(await app.database.query("SELECT details FROM audit_events"))).not.toContain(oidcClient.secret);
});

test("a stored secret stays, but is never sent to another issuer", async () => {
  const { clientSecret: _secret, ...withoutSecret } = oidcSettingsOf(server.issuer);
  expect((await put({ ...withoutSecret, label: "Renamed" })).json).toMatchObject({ label: "Renamed", hasClientSecret: true });
  expect((await comeIn("ann")).place).toBe("/");
  expect((await put({ ...withoutSecret, issuer: "https://evil.example" })).json).toMatchObject({
    status: 400,
    errors: [{ path: "clientSecret" }],
  });
  expect((await put({ ...withoutSecret, issuer: "https://other.example", clientSecret: null })).json).toMatchObject({
    hasClientSecret: false,
  });
  expect((await put({ ...withoutSecret, clientSecret: null })).json).toMatchObject({ hasClientSecret: false });
});

test("a sign-in under way does not survive a change of what it began with", async () => {
  const browser = new CookieBrowser();
  const callback = await answerFor(app, "ann", browser);
  await put({ ...oidcSettingsOf(server.issuer), clientSecret: "another-secret" });
  expect(await landing(browser, callback)).toBe("/login?problem=oidc_expired");
});

test("a wrong client secret is told as the server's refusal, and the password still signs in", async () => {
  await put({ ...oidcSettingsOf(server.issuer), clientSecret: "wrong" });
  expect((await comeIn("ann")).place).toBe("/login?problem=oidc_client_refused");
  expect((await app.visitor().post("/api/auth/login", { username: adminName, password: adminPassword })).status).toBe(200);
});

test("with the server away, the button leads back to the login page, and the password works", async () => {
  await server.refuseConnections();
  try {
    await put({ ...oidcSettingsOf(server.issuer), clientId: "anew" });
    expect(await signInWith(app, new CookieBrowser())).toBe("/login?problem=oidc_unavailable");
    expect((await app.visitor().post("/api/auth/login", { username: adminName, password: adminPassword })).status).toBe(200);
  } finally {
    await server.acceptConnections();
  }
});

test("removed or switched off, it is offered to nobody, and answers under way count for nothing", async () => {
  const browser = new CookieBrowser();
  const callback = await answerFor(app, "ann", browser);
  expect((await admin.delete("/api/admin/oidc")).status).toBe(204);
  expect((await admin.get("/api/admin/oidc")).json()).toMatchObject({ isConfigured: false, redirectUri: `${app.url}${callbackPath}` });
  expect(await landing(browser, callback)).toBe("/login?problem=oidc_unavailable");
  expect((await toCallback(app, new CookieBrowser())).search).toBe("?problem=oidc_unavailable");
});

test("allowed addresses are shown as they are understood, and a line that is not is named", async () => {
  const allow = async (allowedAddresses: string[]): Promise<unknown> =>
    (await admin.request("PUT", "/api/admin/outbound", { allowedAddresses })).json();
  expect(await allow(["OLLAMA.home", "192.168.1.20:11434", "10.1.2.3/8", "ollama.home"])).toEqual({
    allowedAddresses: ["ollama.home", "192.168.1.20:11434", "10.0.0.0/8"],
  });
  expect(await allow(["ollama.home", "http://ollama.home", "*.home"])).toMatchObject({
    status: 400,
    errors: [{ path: "allowedAddresses.1", message: expect.stringContaining("URL") as string }, { path: "allowedAddresses.2" }],
  });
  expect(await app.database.query("SELECT details FROM audit_events WHERE action = 'outbound.update' ORDER BY id DESC LIMIT 1")).toEqual([
    { details: { allowed: 3, addresses: "ollama.home, 192.168.1.20:11434, 10.0.0.0/8" } },
  ]);
});

test("browsers that leave while they begin keep nobody else from beginning", async () => {
  const { hostname, host, port } = new URL(app.url);
  for (let index = 0; index < 30; index += 1) {
    const socket = connect({ host: hostname, port: Number(port) }).on("error", () => undefined);
    await once(socket, "connect");
    socket.write(`GET /api/auth/oidc/start HTTP/1.1\r\nhost: ${host}\r\ncookie: mosaic_session=${"x".repeat(43)}\r\n\r\n`);
    await setTimeout(index % 5);
    socket.destroy();
  }
  expect((await comeIn("ann")).place).toBe("/");
});
