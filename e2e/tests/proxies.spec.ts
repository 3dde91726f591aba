import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate, proxyDomain, startCaddy, startNginx, whyNoProxies, type ReverseProxy } from "@mosaic/testing/reverse-proxies";
import { expect, type Browser, type Page } from "@playwright/test";
import { createWorld, destroyWorld, test, whyNot, type World } from "../support/fixtures.ts";
import { answers, nextAnswer, send } from "../support/pages.ts";
import { makeTrustingHome, trustProgram } from "../support/trust.ts";

const agentName = "Ada";

test.describe.configure({ mode: "serial" });

// Without containers: a new one changes the network of the machine, and a browser there then ends its HTTP/2 connections.
test.describe("behind proxies, with TLS, HTTP/2 and a certificate of a private authority @process", () => {
  let folder: string;
  let own: World;
  let nginx: ReverseProxy;
  let caddy: ReverseProxy;
  let browser: Browser;

  test.beforeAll(async ({ playwright, launchOptions, pageStreams }) => {
    const reason = whyNot("process") ?? whyNoProxies([trustProgram]);
    test.skip(reason !== undefined, reason);
    folder = await mkdtemp(join(tmpdir(), "mosaic-e2e-proxies-"));
    await makeCertificate(folder);
    // The wizard asks what agents reach this machine by, which makes a network where an engine is suggested.
    own = await createWorld("process", { MOSAIC_TRUSTED_PROXIES: "127.0.0.1", MOSAIC_RUNTIME: "process" });
    await own.mosaic.start();
    const options = { folder, upstream: `127.0.0.1:${own.mosaic.options.port}` };
    nginx = await startNginx(options);
    caddy = await startCaddy(options);
    const args = [...(launchOptions.args ?? []), `--host-resolver-rules=MAP ${proxyDomain} 127.0.0.1`];
    const home = join(folder, "home");
    await makeTrustingHome(home, join(folder, "ca.crt"));
    browser = await playwright.chromium.launch({ ...launchOptions, args, env: { ...process.env, HOME: home } });
    pageStreams.watch(browser);
  });

  test.afterAll(async () => {
    await browser?.close();
    await Promise.all([nginx?.stop(), caddy?.stop()]);
    await (own === undefined ? undefined : destroyWorld(own));
    await (folder === undefined ? undefined : rm(folder, { recursive: true, force: true }));
  });

  const open = async (proxy: ReverseProxy, path: string): Promise<Page> => {
    const page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    await page.goto(`https://${proxyDomain}:${proxy.port}${path}`);
    return page;
  };

  /** Its words are seen while it is still being written, and all of them come. */
  const expectStreamed = async (page: Page): Promise<void> => {
    await send(page, agentName, "[demo:slow ms=300 words=20]");
    const answer = answers(page, agentName).first();
    await expect(answer).toContainText("word1 word2", { timeout: 120_000 });
    expect(await answer.getAttribute("aria-busy")).toBe("true");
    await expect(await nextAnswer(page, agentName, 1)).toContainText("word19 word20");
  };

  test("the whole wizard and a chat behind nginx", async () => {
    const { pathname, hash } = new URL(own.mosaic.setupUrl ?? "");
    const page = await open(nginx, pathname + hash);
    await page.getByLabel("User name").fill("root");
    await page.getByLabel("Password", { exact: true }).fill(own.canaries.password);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await page.getByRole("button", { name: "Skip for now" }).click();
    await page.getByRole("radio", { name: /Demo model/ }).click();
    await expect(page.getByText("The connection works")).toBeVisible();
    await page.getByRole("button", { name: "Save and continue" }).click();
    await page.getByLabel("Name", { exact: true }).fill(agentName);
    await page.getByRole("radio", { name: /Plain processes/ }).click();
    await page.getByRole("checkbox", { name: /does not isolate/ }).check();
    await page.getByRole("button", { name: "Create agent" }).click();
    await expect(page.getByRole("button", { name: "Check again" })).toBeVisible({ timeout: 30_000 });
    await page.getByRole("button", { name: "Finish and start chatting" }).click();
    await expect(page).toHaveURL(/\/chat/);
    const protocol = await page.evaluate(
      () => (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming).nextHopProtocol,
    );
    expect(protocol).toBe("h2");
    await expectStreamed(page);
    await page.context().close();
  });

  test("signing in and a chat behind Caddy", async () => {
    const page = await open(caddy, "/login");
    await page.getByLabel("User name").fill("root");
    await page.getByLabel("Password", { exact: true }).fill(own.canaries.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(/\/chat/);
    await expectStreamed(page);
    await page.context().close();
  });

  test("on a path of a host, the page says that this is not supported", async () => {
    const onPath = await startNginx({
      folder,
      upstream: `127.0.0.1:${own.mosaic.options.port}`,
      change: (example) => example.replace("location / {", "location /mosaic/ {").replace("8080;", "8080/;"),
    });
    const page = await open(onPath, "/mosaic/login");
    await expect(page.getByRole("alert").first()).toContainText("give it a host name or a port of its own");
    await page.context().close();
    await onPath.stop();
  });
});
