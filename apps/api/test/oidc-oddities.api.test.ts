import { startHostileOidcServer, type HostileOidcServer } from "@mosaic/testing/hostile-oidc-server";
import { beOdd, oidcOddities, type OidcOddity } from "@mosaic/testing/oidc-oddities";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { OIDC_LIMITS } from "../src/modules/oidc/oidc-calls.js";
import { CookieBrowser } from "./harness/cookie-browser.js";
import { configureOidc, oidcClient, signInWith, whoIs } from "./harness/oidc.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let server: HostileOidcServer;
let admin: TestClient;
const adminsByGroup = [{ claim: "groups", value: "admins", role: "admin" }];

beforeAll(async () => {
  const limits = { token: OIDC_LIMITS, value: { userInfoMs: 150 } };
  [app, server] = await Promise.all([startTestApp({ replace: [limits] }), startHostileOidcServer(oidcClient)]);
  admin = await app.admin();
});

afterAll(async () => {
  await server.close();
  await app.close();
});

beforeEach(async () => {
  server.reset();
  await app.database.query("DELETE FROM login_throttles");
  await app.database.query("DELETE FROM users WHERE id IN (SELECT user_id FROM oidc_identities)");
  await admin.delete("/api/admin/oidc");
  await configureOidc(admin, server.issuer, { roleMappings: adminsByGroup });
});

/** Signs in as an admin while the server is plain, shares a provider, and signs in again while it is odd. */
async function adminComesAgain(name: OidcOddity): Promise<{ place: string; role: unknown; shared: unknown; email: unknown }> {
  server.person["groups"] = ["admins"];
  const first = new CookieBrowser();
  await signInWith(app, first);
  const user = await whoIs(app, first);
  expect(user).toMatchObject({ role: "admin" });
  await app.database.query(
    `INSERT INTO llm_providers (id, owner_id, kind, name, models, is_shared) VALUES (gen_random_uuid(), $1, 'demo', 'Demo', '[]', true)`,
    [user?.["id"]],
  );
  beOdd(server, name);
  const again = new CookieBrowser();
  const place = await signInWith(app, again);
  const [row] = await app.database.query<{ role: string; email: string | null; is_shared: boolean }>(
    "SELECT role, email, is_shared FROM users JOIN llm_providers ON owner_id = users.id WHERE users.id = $1",
    [user?.["id"]],
  );
  return { place, role: row?.role, shared: row?.is_shared, email: row?.email };
}

const signedIn: OidcOddity[] = [
  "none",
  "entra_group_overage",
  "entra_hasgroups",
  "groups_are_null",
  "claims_are_null",
  "userinfo_signed",
  "discovery_nulls",
  "userinfo_401",
  "userinfo_403",
  "userinfo_500",
  "userinfo_redirects",
  "userinfo_html",
  "userinfo_garbage",
  "userinfo_array",
  "userinfo_without_subject",
  "userinfo_resets",
  "userinfo_hangs",
  "userinfo_signed_by_another",
  "token_nulls",
  "token_expires_in_text",
  "clock_a_little_ahead",
  "wants_basic",
  "wants_basic_as_is",
  "wants_post",
  "wants_post_and_says_so",
  "wants_post_and_says_basic",
];

const refused: Partial<Record<OidcOddity, { place: string; reason: string }>> = {
  refuses_client: { place: "/login?problem=oidc_client_refused", reason: "client_refused" },
  refuses_client_with_400: { place: "/login?problem=oidc_client_refused", reason: "client_refused" },
  refuses_client_as_keycloak: { place: "/login?problem=oidc_client_refused", reason: "client_refused" },
  refuses_client_without_words: { place: "/login?problem=oidc_client_refused", reason: "client_refused" },
  token_endpoint_500: { place: "/login?problem=oidc_server_error", reason: "status_500" },
  token_endpoint_server_error: { place: "/login?problem=oidc_server_error", reason: "server_says_error" },
  token_endpoint_invalid_request: { place: "/login?problem=oidc_misconfigured", reason: "request_refused" },
  uses_up_codes_of_refused_clients: { place: "/login?problem=oidc_invalid", reason: "code_refused" },
};

test("every oddity of the stand-in server has its row here", () => {
  const clocks: OidcOddity[] = ["clock_ahead", "clock_behind"];
  expect([...signedIn, ...Object.keys(refused), ...clocks].toSorted()).toEqual(Object.keys(oidcOddities).toSorted());
});

test.each(signedIn)("people sign in at a server with the oddity %s", async (name) => {
  beOdd(server, name);
  const browser = new CookieBrowser();
  expect(await signInWith(app, browser)).toBe("/");
  expect(await whoIs(app, browser)).toMatchObject({ role: "member" });
});

test.each(Object.entries(refused) as [OidcOddity, { place: string; reason: string }][])(
  "%s is told as what it is",
  async (name, { place, reason }) => {
    beOdd(server, name);
    const browser = new CookieBrowser();
    expect(await signInWith(app, browser)).toBe(place);
    expect(await whoIs(app, browser)).toBeNull();
    const [last] = await app.database.query<{ details: unknown }>(
      "SELECT details FROM audit_events WHERE action = 'auth.sign_in_refused' ORDER BY id DESC LIMIT 1",
    );
    expect(last?.details).toEqual({ method: "oidc", reason });
  },
);

test.each<[OidcOddity, string]>([
  ["entra_group_overage", "too_many_groups"],
  ["entra_hasgroups", "too_many_groups"],
  ["userinfo_401", "no_userinfo"],
  ["userinfo_500", "no_userinfo"],
  ["userinfo_hangs", "no_userinfo"],
  ["userinfo_signed_by_another", "no_userinfo"],
])("%s demotes no admin, ends nothing that they share, and is told to admins", async (name, why) => {
  expect(await adminComesAgain(name)).toEqual({ place: "/", role: "admin", shared: true, email: "ann@example.org" });
  const rows = await app.database.query("SELECT details FROM audit_events WHERE action = 'user.role_not_told' ORDER BY id DESC LIMIT 1");
  expect(rows).toEqual([{ details: { by: "oidc", claim: "groups", why } }]);
  expect((await admin.get("/api/admin/oidc")).json()).toMatchObject({ rolesNotTold: { claim: "groups", why } });
  const { checks } = (await admin.get("/api/health/report")).json<{ checks: { id: string; state: string; detail: string }[] }>();
  expect(checks.find(({ id }) => id === "sign_in")).toMatchObject({
    state: "warning",
    detail: expect.stringContaining(why === "too_many_groups" ? "app roles" : "userinfo") as string,
  });
});

test.each<OidcOddity>(["none", "groups_are_null", "claims_are_null"])(
  "an admin whose groups are told, and name no admins any more, is a member (%s)",
  async (name) => {
    expect(await adminComesAgain(name)).toMatchObject({ place: "/", role: "member", shared: false });
  },
);

test("a signed answer of the userinfo endpoint counts as any other", async () => {
  beOdd(server, "userinfo_signed");
  server.person["groups"] = ["admins"];
  server.lies.claims = ({ groups: _groups, ...claims }) => claims;
  const browser = new CookieBrowser();
  await signInWith(app, browser);
  expect(await whoIs(app, browser)).toMatchObject({ role: "admin" });
  beOdd(server, "userinfo_signed_by_another");
  server.person["sub"] = "subject-2";
  server.person["groups"] = ["admins"];
  const other = new CookieBrowser();
  await signInWith(app, other);
  expect(await whoIs(app, other)).toMatchObject({ role: "member" });
});

test("where domains are restricted, an address that was verified before still counts while the userinfo endpoint fails", async () => {
  await configureOidc(admin, server.issuer, { allowedEmailDomains: ["example.org"] });
  expect(await signInWith(app, new CookieBrowser())).toBe("/");
  beOdd(server, "userinfo_500");
  expect(await signInWith(app, new CookieBrowser())).toBe("/");
  server.person["sub"] = "subject-2";
  expect(await signInWith(app, new CookieBrowser())).toBe("/login?problem=oidc_server_error");
});

test.each<OidcOddity>(["wants_post", "wants_basic_as_is", "uses_up_codes_of_refused_clients"])(
  "how a client has to prove itself is found out once: %s",
  async (name) => {
    beOdd(server, name);
    await signInWith(app, new CookieBrowser());
    server.calls.length = 0;
    expect(await signInWith(app, new CookieBrowser())).toBe("/");
    expect(server.calls.filter((call) => call === "/token")).toHaveLength(1);
  },
);

test.each<[OidcOddity, RegExp, RegExp]>([
  ["clock_ahead", /^\/login\?problem=oidc_clock_skew&seconds=(59[0-9]|60[01])$/, /10 minutes ahead of this machine's/],
  ["clock_behind", /^\/login\?problem=oidc_clock_skew&seconds=-(59[0-9]|60[01])$/, /10 minutes behind this machine's/],
])("%s is named as such, with the difference, at the sign-in and in the test", async (name, place, words) => {
  beOdd(server, name);
  expect(await signInWith(app, new CookieBrowser())).toMatch(place);
  const answer = (await admin.post("/api/admin/oidc/test", { issuer: server.issuer })).json();
  expect(answer).toMatchObject({ outcome: "ok", warnings: expect.arrayContaining([expect.stringMatching(words) as string]) as string[] });
});

test.each<[OidcOddity, string, RegExp]>([
  ["none", "ok", /accepts the client id and secret/],
  ["wants_post", "ok", /accepts the client id and secret/],
  ["wants_basic_as_is", "ok", /accepts the client id and secret/],
  ["refuses_client", "client_refused", /does not accept Mosaic's client id or secret/],
  ["refuses_client_as_keycloak", "client_refused", /does not accept Mosaic's client id or secret/],
  ["token_endpoint_500", "ok", /shows at the first sign-in/],
])("the admin's test says of %s: %s", async (name, outcome, words) => {
  beOdd(server, name);
  const answer = await admin.post("/api/admin/oidc/test", { issuer: server.issuer, clientId: oidcClient.id });
  expect(answer.json()).toMatchObject({ outcome, message: expect.stringMatching(words) as string });
});

test("a stored secret is tested at the issuer that it was entered for, and nowhere else", async () => {
  const elsewhere = await startHostileOidcServer(oidcClient);
  try {
    const answer = await admin.post("/api/admin/oidc/test", { issuer: elsewhere.issuer, clientId: oidcClient.id });
    expect(answer.json()).toMatchObject({ outcome: "ok" });
    expect(elsewhere.calls).not.toContain("/token");
    await admin.post("/api/admin/oidc/test", { issuer: elsewhere.issuer, clientId: oidcClient.id, clientSecret: "typed-just-now" });
    expect(elsewhere.calls).toContain("/token");
  } finally {
    await elsewhere.close();
  }
});
