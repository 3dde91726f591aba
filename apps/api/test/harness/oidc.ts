import { expect } from "vitest";
import { CookieBrowser } from "./cookie-browser.js";
import type { TestApp } from "./test-app.js";
import type { TestClient } from "./test-client.js";

const callbackPath = "/api/auth/oidc/callback";

export const oidcClient = { id: "mosaic", secret: "secret-of-the-client" };

export const oidcSettingsOf = (issuer: string): Record<string, unknown> => ({
  isEnabled: true,
  label: "Test sign-in",
  issuer,
  clientId: oidcClient.id,
  clientSecret: oidcClient.secret,
  scopes: ["openid", "profile", "email", "groups"],
  allowedEmailDomains: [],
  autoCreate: true,
  roleMappings: [],
});

/** An admin allows the sign-in server's address and turns it on. */
export async function configureOidc(admin: TestClient, issuer: string, over: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const allowed = await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
  expect(allowed.status).toBe(200);
  const saved = await admin.request("PUT", "/api/admin/oidc", { ...oidcSettingsOf(issuer), ...over });
  expect(saved.text).toContain("redirectUri");
}

/** From the button of the login page to the address with the answer, which is not opened yet. */
export async function toCallback(app: Pick<TestApp, "url">, browser: CookieBrowser, returnTo = "/"): Promise<URL> {
  const start = `${app.url}/api/auth/oidc/start?returnTo=${encodeURIComponent(returnTo)}`;
  return browser.follow(start, (url) => url.pathname !== callbackPath && url.pathname !== "/login");
}

/** Types a name at the server's login page, agrees at the next one, and comes back with the answer. */
export async function answerFor(app: Pick<TestApp, "url">, name: string, browser: CookieBrowser, returnTo = "/"): Promise<URL> {
  const stops = (url: URL): boolean =>
    url.pathname.startsWith("/interaction/") || url.pathname === callbackPath || url.pathname === "/login";
  let place = await browser.follow(`${app.url}/api/auth/oidc/start?returnTo=${encodeURIComponent(returnTo)}`, (url) => !stops(url));
  for (let pages = 0; pages < 3 && place.pathname.startsWith("/interaction/"); pages += 1) {
    const page = await (await browser.open(place.href)).text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? "";
    const sent = await browser.open(place.href, { prompt, ...(prompt === "login" ? { login: name, password: "any" } : {}) });
    place = await browser.follow(new URL(sent.headers.get("location") ?? "", place).href, (url) => !stops(url));
  }
  return place;
}

/** Where the browser is led in the end. */
export async function landing(browser: CookieBrowser, callback: URL): Promise<string> {
  const response = await browser.open(callback.href);
  expect(response.status).toBe(302);
  return response.headers.get("location") ?? "";
}

export async function signInWith(app: Pick<TestApp, "url">, browser: CookieBrowser, returnTo = "/"): Promise<string> {
  const callback = await toCallback(app, browser, returnTo);
  return callback.pathname === "/login" ? `${callback.pathname}${callback.search}` : landing(browser, callback);
}

/** Who the browser is signed in as; `null` if nobody. */
export async function whoIs(app: Pick<TestApp, "url">, browser: CookieBrowser): Promise<Record<string, unknown> | null> {
  const response = await browser.open(`${app.url}/api/auth/me`);
  return response.status === 200 ? ((await response.json()) as Record<string, unknown>) : null;
}
