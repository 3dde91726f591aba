import { expect, type APIRequestContext, type Page } from "@playwright/test";
import { startOidcServer, type OidcServer } from "@mosaic/testing/oidc-server";
import { expectAccessible } from "../support/accessibility.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";

const client = { id: "mosaic", secret: "a-secret-of-the-client" };
const button = "Continue with Company";

/** The wizard by its routes: what is tested here is the login page. */
async function setUp(request: APIRequestContext, { mosaic, canaries }: World, issuer: string): Promise<void> {
  const token = new URL(mosaic.setupUrl ?? "").hash.replace("#token=", "");
  const send = async (method: string, path: string, data: unknown): Promise<Record<string, unknown>> => {
    const headers = { origin: mosaic.url, "x-mosaic-setup-token": token };
    const response = await request.fetch(`${mosaic.url}${path}`, { method, headers, data });
    expect(response.ok(), `${path}: ${await response.text()}`).toBe(true);
    return (await response.json()) as Record<string, unknown>;
  };
  await send("POST", "/api/onboarding/breakglass", { username: "root", password: canaries.password });
  await send("PUT", "/api/admin/outbound", { allowedAddresses: [new URL(issuer).host] });
  expect(await send("POST", "/api/admin/oidc/test", { issuer })).toMatchObject({ outcome: "ok" });
  await send("POST", "/api/onboarding/oidc", {
    isEnabled: true,
    label: "Company",
    issuer,
    clientId: client.id,
    clientSecret: client.secret,
    scopes: ["openid", "profile", "email", "groups"],
    allowedEmailDomains: ["example.org"],
    autoCreate: true,
    roleMappings: [{ claim: "groups", value: "admins", role: "admin" }],
  });
  const provider = await send("POST", "/api/onboarding/provider", { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] });
  await send("POST", "/api/onboarding/agents", {
    runtime: "process",
    acceptsNoIsolation: true,
    agent: { name: "Ada", model: { providerId: provider["id"], model: "mosaic-demo" } },
  });
  await send("POST", "/api/onboarding/complete", {});
}

/** The sign-in server's own pages. */
async function signInThere(page: Page, name: string): Promise<void> {
  await page.locator('input[name="login"]').fill(name);
  await page.locator('input[name="password"]').fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test.use({ installation: "sign-in" });
test.describe.configure({ mode: "serial" });

// No agent runs here, so one runtime is enough.
test.describe("signing in through a sign-in server @process", () => {
  let page: Page;
  let server: OidcServer;

  test.beforeAll(async ({ browser, world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    server = await startOidcServer({
      client: { ...client, redirectUris: [`http://localhost:${world.mosaic.options.port}/api/auth/oidc/callback`] },
      people: {
        ann: { email: "ann@example.org", email_verified: true, name: "Ann Smith", preferred_username: "ann" },
        boss: { email: "boss@example.org", email_verified: true, name: "The Boss", preferred_username: "boss", groups: ["admins"] },
        eve: { email: "eve@evil.example", email_verified: true, name: "Eve", preferred_username: "eve" },
      },
    });
    await world.mosaic.start();
    const operator = await browser.newContext();
    await setUp(operator.request, world, server.issuer);
    await operator.close();
    page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
  });

  test.afterAll(async () => {
    await page?.context().close();
    await server?.close();
  });

  test("the login page offers it beside the password", async ({ world }) => {
    await page.goto(`${world.mosaic.url}/login`);
    await expect(page.getByRole("link", { name: button })).toBeVisible();
    await expect(page.getByLabel("Password", { exact: true })).toBeVisible();
    await expectAccessible(page);
  });

  test("somebody new signs in there, and is led to the page that they wanted", async ({ world }) => {
    await page.goto(`${world.mosaic.url}/settings/providers`);
    await page.getByRole("link", { name: button }).click();
    await expect(page).toHaveURL(new RegExp(`^${server.issuer}/interaction/`));
    await signInThere(page, "ann");
    await expect(page).toHaveURL(`${world.mosaic.url}/settings/providers`);
    const me = await page.request.get(`${world.mosaic.url}/api/auth/me`);
    expect(await me.json()).toMatchObject({ username: "ann", displayName: "Ann Smith", role: "member" });
    const cookies = await page.context().cookies(world.mosaic.url);
    expect(cookies.find(({ name }) => name === "mosaic_session")).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  });

  test("after signing out, the server knows them still", async ({ world }) => {
    await page.request.post(`${world.mosaic.url}/api/auth/logout`, { headers: { origin: world.mosaic.url } });
    await page.goto(`${world.mosaic.url}/login`);
    await page.getByRole("link", { name: button }).click();
    await expect(page).toHaveURL(/\/chat/);
  });

  test("a group makes an admin", async ({ world, browser }) => {
    const boss = await (await browser.newContext()).newPage();
    await boss.goto(`${world.mosaic.url}/login`);
    await boss.getByRole("link", { name: button }).click();
    await signInThere(boss, "boss");
    await expect(boss).toHaveURL(/\/chat/);
    expect((await boss.request.get(`${world.mosaic.url}/api/admin/oidc`)).status()).toBe(200);
    await boss.context().close();
  });

  test("who may not come in, or changes their mind, is told so in words", async ({ world, browser }) => {
    const eve = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    await eve.goto(`${world.mosaic.url}/login`);
    await eve.getByRole("link", { name: button }).click();
    await signInThere(eve, "eve");
    await expect(eve).toHaveURL(/\/login\?problem=oidc_not_allowed$/);
    await expect(eve.locator("main").getByRole("alert")).toBeVisible();
    await expectAccessible(eve);
    await eve.context().clearCookies();
    await eve.goto(`${world.mosaic.url}/login`);
    await eve.getByRole("link", { name: button }).click();
    await eve.getByRole("link", { name: "Cancel" }).click();
    await expect(eve).toHaveURL(/\/login\?problem=oidc_refused$/);
    await expect(eve.locator("main").getByRole("alert")).toBeVisible();
    await eve.context().close();
  });

  test("with the sign-in server away, the breakglass admin comes in by password", async ({ world, browser }) => {
    await server.refuseConnections();
    // A new process has nothing of the server in its memory.
    await world.mosaic.restart();
    const root = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    await root.goto(`${world.mosaic.url}/login`);
    await root.getByRole("link", { name: button }).click();
    await expect(root).toHaveURL(/\/login\?problem=oidc_unavailable$/);
    await root.getByLabel("User name").fill("root");
    await root.getByLabel("Password", { exact: true }).fill(world.canaries.password);
    await root.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(root).toHaveURL(/\/chat/);
    await root.context().close();
  });
});
