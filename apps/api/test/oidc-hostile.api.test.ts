import { startHostileOidcServer, type HostileOidcServer, type OidcLies } from "@mosaic/testing/hostile-oidc-server";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { CookieBrowser } from "./harness/cookie-browser.js";
import { configureOidc, landing, oidcClient, oidcSettingsOf, signInWith, toCallback, whoIs } from "./harness/oidc.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let server: HostileOidcServer;
let admin: TestClient;

const epoch = (): number => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  [app, server] = await Promise.all([startTestApp(), startHostileOidcServer(oidcClient)]);
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
  // A fresh configuration, so that no test lives on what another made Mosaic remember.
  await admin.delete("/api/admin/oidc");
  await configureOidc(admin, server.issuer);
});

async function refused(lies: OidcLies): Promise<string> {
  Object.assign(server.lies, lies);
  const browser = new CookieBrowser();
  const place = await signInWith(app, browser);
  expect(await whoIs(app, browser)).toBeNull();
  expect(await app.database.query("SELECT 1 FROM oidc_identities")).toEqual([]);
  return place;
}

async function lastRefusal(): Promise<unknown> {
  const rows = await app.database.query<{ details: unknown }>(
    "SELECT details FROM audit_events WHERE action = 'auth.sign_in_refused' ORDER BY id DESC LIMIT 1",
  );
  return rows[0]?.details;
}

test("as long as it tells the truth, people are signed in", async () => {
  const browser = new CookieBrowser();
  expect(await signInWith(app, browser, "/settings/providers")).toBe("/settings/providers");
  expect(await whoIs(app, browser)).toMatchObject({ username: "ann", role: "member" });
});

test.each<[string, OidcLies]>([
  ["another issuer's token", { claims: (claims) => ({ ...claims, iss: "https://accounts.example.com" }) }],
  ["a token for another client", { claims: (claims) => ({ ...claims, aud: "another-client" }) }],
  ["a token for several clients that names another as the one", { claims: (claims) => ({ ...claims, aud: ["mosaic", "x"], azp: "x" }) }],
  ["another nonce", { claims: (claims) => ({ ...claims, nonce: "another" }) }],
  ["no nonce", { claims: ({ nonce: _nonce, ...claims }) => claims }],
  ["a signature of another key", { signWith: "another_key" }],
  ["alg none", { signWith: "nothing" }],
  ["alg none, written otherwise", { signWith: "nothing", header: () => ({ alg: "nOnE" }) }],
  ["HS256 with the public key as secret", { signWith: "public_key_as_secret" }],
  ["HS256 with the client's secret", { signWith: "client_secret" }],
  ["an expired token", { claims: (claims) => ({ ...claims, iat: epoch() - 7200, exp: epoch() - 3600 }) }],
  ["a token of the future", { claims: (claims) => ({ ...claims, iat: epoch() + 3600, exp: epoch() + 7200 }) }],
  ["a token that is not valid yet", { claims: (claims) => ({ ...claims, nbf: epoch() + 3600 }) }],
  ["a token that never expires", { claims: ({ exp: _exp, ...claims }) => claims }],
  ["no subject", { claims: ({ sub: _sub, ...claims }) => claims }],
  ["an empty subject", { claims: (claims) => ({ ...claims, sub: "" }) }],
  ["a subject that is no text", { claims: (claims) => ({ ...claims, sub: 7 }) }],
  ["a critical header that nobody understands", { header: (header) => ({ ...header, crit: ["x"], x: 1 }) }],
  ["a mix-up: the answer of another issuer", { iss: "https://accounts.example.com" }],
  ["a mix-up: an answer that hides its issuer", { iss: null }],
])("%s signs nobody in", async (_name, lies) => {
  expect(await refused(lies)).toBe("/login?problem=oidc_invalid");
});

test("userinfo of somebody else signs nobody in", async () => {
  const answerAsAnother: OidcLies = {
    answer: (path, response) => {
      if (path === "userinfo") {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ sub: "subject-2", groups: ["admins"] }));
      }
      return path === "userinfo";
    },
  };
  expect(await refused(answerAsAnother)).toBe("/login?problem=oidc_invalid");
});

test("an answer counts once, whatever the server would accept", async () => {
  server.lies.acceptsReplays = true;
  const browser = new CookieBrowser();
  const callback = await toCallback(app, browser);
  const places = await Promise.all([landing(browser, callback), landing(browser, callback), landing(browser, callback)]);
  expect(places.toSorted()).toEqual(["/", "/login?problem=oidc_expired", "/login?problem=oidc_expired"]);
});

test("a code that was used before signs nobody in", async () => {
  const browser = new CookieBrowser();
  const first = await toCallback(app, browser);
  await landing(browser, first);
  const second = await toCallback(app, browser);
  second.searchParams.set("code", first.searchParams.get("code") ?? "");
  expect(await landing(browser, second)).toBe("/login?problem=oidc_invalid");
  expect(await lastRefusal()).toEqual({ method: "oidc", reason: "code_refused" });
});

test("an answer for another browser is refused there, and still works where the sign-in began", async () => {
  const [own, other] = [new CookieBrowser(), new CookieBrowser()];
  const callback = await toCallback(app, own);
  await toCallback(app, other);
  expect(await landing(other, callback)).toBe("/login?problem=oidc_expired");
  expect(await landing(new CookieBrowser(), callback)).toBe("/login?problem=oidc_expired");
  expect(await whoIs(app, other)).toBeNull();
  expect(await landing(own, callback)).toBe("/");
});

test("a made-up state, none, or two, is refused", async () => {
  const browser = new CookieBrowser();
  const callback = await toCallback(app, browser);
  const madeUp = new URL(callback);
  madeUp.searchParams.set("state", "x".repeat(43));
  expect(await landing(browser, madeUp)).toBe("/login?problem=oidc_expired");
  madeUp.searchParams.delete("state");
  expect(await landing(browser, madeUp)).toBe("/login?problem=oidc_invalid");
  madeUp.search = `${callback.search}&state=other`;
  expect(await landing(browser, madeUp)).toBe("/login?problem=oidc_invalid");
  madeUp.search = `${callback.search}&code=other`;
  expect(await landing(browser, madeUp)).toBe("/login?problem=oidc_invalid");
});

test("an answer that comes too late is refused", async () => {
  const browser = new CookieBrowser();
  const callback = await toCallback(app, browser);
  await app.database.query("UPDATE oidc_flows SET expires_at = now() - interval '1 second'");
  expect(await landing(browser, callback)).toBe("/login?problem=oidc_expired");
});

test("a refusal of the server is told without its words", async () => {
  const browser = new CookieBrowser();
  const callback = await toCallback(app, browser);
  callback.searchParams.delete("code");
  callback.searchParams.set("error", "access_denied");
  callback.searchParams.set("error_description", "<script>alert(1)</script>");
  expect(await landing(browser, callback)).toBe("/login?problem=oidc_refused");
});

test("an address that is not verified does not pass a restriction to domains", async () => {
  await configureOidc(admin, server.issuer, { allowedEmailDomains: ["example.org"] });
  server.person["email_verified"] = false;
  expect(await refused({})).toBe("/login?problem=oidc_not_allowed");
  expect(await lastRefusal()).toEqual({ method: "oidc", reason: "email_not_verified" });
  Object.assign(server.person, { email: "ann@sub.example.org", email_verified: true });
  expect(await refused({})).toBe("/login?problem=oidc_not_allowed");
  Object.assign(server.person, { email: "ann@example.org" });
  expect(await signInWith(app, new CookieBrowser())).toBe("/");
});

test("an address that is not verified is not kept", async () => {
  server.person["email_verified"] = false;
  await signInWith(app, new CookieBrowser());
  expect(await app.database.query("SELECT email FROM users WHERE username = 'ann'")).toEqual([{ email: null }]);
});

test("a server that changes its keys is asked for the new ones, at most once a minute", async () => {
  expect(await signInWith(app, new CookieBrowser())).toBe("/");
  server.rotateKeys();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
  try {
    expect(await signInWith(app, new CookieBrowser())).toBe("/");
  } finally {
    vi.useRealTimers();
  }
  expect(server.calls.filter((call) => call === "/jwks")).toHaveLength(2);
});

const streams: Readonly<Record<string, OidcLies["answer"]>> = {
  endless: (_path, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = setInterval(() => response.write(" ".repeat(200_000)), 1);
    response.once("close", () => clearInterval(more));
    return true;
  },
  huge: (_path, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(`{"x":"${"x".repeat(3_000_000)}"}`);
    return true;
  },
  deep: (_path, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end("[".repeat(100_000));
    return true;
  },
};

test.each(["endless", "huge", "deep"])("a description whose body is %s is cut, and is no sign-in server", async (kind) => {
  server.lies.answer = streams[kind] ?? (() => false);
  const answer = await admin.post("/api/admin/oidc/test", { issuer: server.issuer });
  expect(answer.json()).toMatchObject({ outcome: "not_oidc" });
  expect(answer.text.length).toBeLessThan(600);
  expect(await signInWith(app, new CookieBrowser())).toBe("/login?problem=oidc_misconfigured");
});

test("an answer that drips ends in time, and the password still signs in meanwhile", { timeout: 30_000 }, async () => {
  const browser = new CookieBrowser();
  const callback = await toCallback(app, browser);
  server.lies.answer = (path, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const drip = setInterval(() => response.write(" "), 100);
    response.once("close", () => clearInterval(drip));
    return path === "token" || path === "discovery";
  };
  const tested = admin.post("/api/admin/oidc/test", { issuer: server.issuer });
  const waiting = landing(browser, callback);
  expect((await app.visitor().post("/api/auth/login", { username: "root-admin", password: "correct horse battery staple" })).status).toBe(
    200,
  );
  expect(await waiting).toBe("/login?problem=oidc_unavailable");
  expect((await tested).json()).toMatchObject({ outcome: "timeout" });
});

test("a redirect of the description is not followed, wherever it leads", async () => {
  for (const location of ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:1/", `${server.issuer}/other`]) {
    server.lies.answer = (path, response) => {
      response.writeHead(302, { location }).end();
      return path === "discovery";
    };
    const answer = await admin.post("/api/admin/oidc/test", { issuer: server.issuer });
    expect(answer.json()).toMatchObject({ outcome: "not_oidc" });
    expect(answer.text).not.toContain("meta-data");
  }
  expect(server.calls.filter((call) => call === "/other")).toEqual([]);
});

test.each(["token_endpoint", "jwks_uri", "userinfo_endpoint", "authorization_endpoint"])(
  "a %s without TLS that nobody allowed is refused",
  async (name) => {
    server.lies.discovery = (document) => ({ ...document, [name]: "http://169.254.169.254/latest" });
    const answer = await admin.post("/api/admin/oidc/test", { issuer: server.issuer });
    expect(answer.json()).toMatchObject({ outcome: "unsupported", message: expect.stringContaining(name) as string });
    expect(await signInWith(app, new CookieBrowser())).toBe("/login?problem=oidc_misconfigured");
  },
);

test("a token endpoint at a private address is not called, although it has TLS", async () => {
  server.lies.discovery = (document) => ({ ...document, token_endpoint: "https://169.254.169.254/token" });
  expect(await refused({})).toBe("/login?problem=oidc_misconfigured");
  expect(await lastRefusal()).toEqual({ method: "oidc", reason: "call_address_refused" });
});

test.each<[string, OidcLies["discovery"], string, RegExp]>([
  ["another issuer", (document) => ({ ...document, issuer: "https://a.example" }), "issuer_mismatch", /https:\/\/a\.example.*127\.0\.0\.1/],
  ["no code flow", (document) => ({ ...document, response_types_supported: ["id_token"] }), "unsupported", /code flow/],
  ["no S256", (document) => ({ ...document, code_challenge_methods_supported: ["plain"] }), "unsupported", /S256/],
  ["no signatures", (document) => ({ ...document, id_token_signing_alg_values_supported: ["none", "HS256"] }), "unsupported", /RS256/],
  ["an array", () => [], "not_oidc", /description of OpenID Connect/],
  ["text", () => "hello", "not_oidc", /description of OpenID Connect/],
  ["numbers for addresses", (document) => ({ ...document, token_endpoint: 7 }), "not_oidc", /description of OpenID Connect/],
])("the test says what is wrong with a server that describes %s", async (_name, discovery, outcome, words) => {
  server.lies.discovery = discovery as NonNullable<OidcLies["discovery"]>;
  const answer = await admin.post("/api/admin/oidc/test", { issuer: server.issuer });
  expect(answer.json()).toMatchObject({ outcome, message: expect.stringMatching(words) as string });
});

test("the test says what is wrong with an address", async () => {
  const outcomeOf = async (issuer: string): Promise<unknown> => (await admin.post("/api/admin/oidc/test", { issuer })).json();
  expect(await outcomeOf("https://sign-in.invalid")).toMatchObject({ outcome: "unknown_host" });
  expect(await outcomeOf("http://127.0.0.1:1")).toMatchObject({ outcome: "refused" });
  expect(await outcomeOf(server.issuer.replace("http:", "https:"))).toMatchObject({ outcome: "tls" });
  expect(await outcomeOf("https://10.1.2.3")).toMatchObject({
    outcome: "address_refused",
    message: expect.stringContaining("Admin → Network → Allowed addresses") as string,
  });
  expect(await outcomeOf("http://sign-in.example.org")).toMatchObject({
    outcome: "address_refused",
    message: expect.stringContaining("https://") as string,
  });
  expect(await outcomeOf(server.issuer)).toMatchObject({ outcome: "ok", warnings: [expect.stringContaining("TLS") as string] });
});

test("a name that leads to a private address is refused", async () => {
  await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: [] });
  const answer = await admin.post("/api/admin/oidc/test", { issuer: `https://localhost:${server.port}` });
  expect(answer.json()).toMatchObject({ outcome: "address_refused" });
  expect(server.calls).toEqual([]);
  expect((await admin.request("PUT", "/api/admin/oidc", oidcSettingsOf(server.issuer))).json()).toMatchObject({
    status: 400,
    errors: [{ path: "issuer" }],
  });
});

test("what is not a path of Mosaic is not returned to", async () => {
  for (const returnTo of ["//evil.example", "https://evil.example", "/\\evil.example", "/api/auth/logout"]) {
    expect(await signInWith(app, new CookieBrowser(), returnTo)).toBe("/");
  }
});

async function rowsOf(table: string): Promise<number> {
  return (await app.database.query<{ count: number }>(`SELECT count(*)::int FROM ${table}`))[0]?.count ?? 0;
}

test("who begins over and over, or makes answers up, shuts nobody out and does not fill the audit", async () => {
  await app.database.query("DELETE FROM oidc_flows");
  const before = await rowsOf("audit_events");
  const makeUp = async (times: number): Promise<string[]> => {
    const places: string[] = [];
    for (let attempt = 0; attempt < times; attempt += 1) {
      await new CookieBrowser().open(`${app.url}/api/auth/oidc/callback?code=made-up&state=${attempt}`);
      const response = await new CookieBrowser().open(`${app.url}/api/auth/oidc/start`);
      places.push(response.headers.get("location") ?? "");
    }
    return places;
  };
  expect((await makeUp(64)).every((place) => place.includes("/authorize"))).toBe(true);
  // A row for each refusal until the block begins, and one for that.
  const told = await app.database.query<{ action: string; count: number }>(
    "SELECT action, count(*)::int FROM (SELECT action FROM audit_events ORDER BY id DESC LIMIT $1) newest GROUP BY action ORDER BY action",
    [(await rowsOf("audit_events")) - before],
  );
  expect(told).toEqual([
    { action: "auth.sign_in_refused", count: 61 },
    { action: "auth.throttled", count: 1 },
  ]);
  await makeUp(10);
  expect(await rowsOf("audit_events")).toBe(before + 62);
  // Only who begins is remembered, for as long as it may take; who makes an answer up leaves nothing.
  expect(await rowsOf("oidc_flows")).toBe(74);
  expect(await signInWith(app, new CookieBrowser())).toBe("/");
});

test("whoever begins very many pushes out their own, not those of other networks", async () => {
  await app.database.query("DELETE FROM oidc_flows");
  const fill = async (network: string, count: number): Promise<unknown> =>
    app.database.query(
      `INSERT INTO oidc_flows (state_hash, browser_hash, sealed, network, expires_at)
       SELECT sha256(($1 || n)::bytea), sha256(('b' || n)::bytea), 'enc:', $1, now() + interval '1 minute' + interval '1 millisecond' * n
       FROM generate_series(1, $2::int) n`,
      [network, count],
    );
  await fill("192.0.2.7", 5);
  await fill("127.0.0.1", 1_000);
  const browser = new CookieBrowser();
  const callback = await toCallback(app, browser);
  const left = await app.database.query("SELECT network, count(*)::int FROM oidc_flows GROUP BY network ORDER BY network");
  expect(left).toEqual([
    { network: "127.0.0.1", count: 1_000 },
    { network: "192.0.2.7", count: 5 },
  ]);
  expect(await landing(browser, callback)).toBe("/");
  await app.database.query("DELETE FROM oidc_flows");
});

test("the table of those who began has an end: the oldest give way, and who begins now comes in", async () => {
  await app.database.query(`
    INSERT INTO oidc_flows (state_hash, browser_hash, sealed, expires_at)
    SELECT sha256(('s' || n)::bytea), sha256(('b' || n)::bytea), 'enc:', now() + interval '1 millisecond' * n FROM generate_series(1, 10000) n`);
  const browser = new CookieBrowser();
  const callback = await toCallback(app, browser);
  expect(await rowsOf("oidc_flows")).toBe(10_000);
  expect(await landing(browser, callback)).toBe("/");
});
