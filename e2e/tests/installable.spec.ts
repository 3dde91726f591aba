import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { Front } from "../support/front.ts";
import { storeAnswer } from "../support/stored-messages.ts";

const secret = "only-for-its-owner-4711";

let front: Front;
let chatPath: string;

/** Everything that the browser keeps for Mosaic beside its HTTP cache: the names of what is kept, and all of the texts. */
const kept = async (page: Page): Promise<{ caches: string[]; paths: string[]; texts: string[] }> =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const found = { caches: names, paths: [] as string[], texts: [] as string[] };
    for (const name of names) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        found.paths.push(new URL(request.url).pathname);
        found.texts.push((await (await cache.match(request))?.text()) ?? "");
      }
    }
    return found;
  });

/** Until the worker answers for this page. */
const controlled = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
};

const signIn = async (page: Page, password: string): Promise<void> => {
  await page.goto(`${front.url}/login`);
  await page.getByLabel("User name").fill("root");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("textbox", { name: /^Message/ }).waitFor();
};

test.use({ installation: "installable" });
test.describe.configure({ mode: "serial" });

// No agent runs here, so one runtime is enough.
test.describe("Mosaic as an app @process", () => {
  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    const client = new ApiClient(() => world.mosaic.url);
    const { agent } = await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
    });
    const id = await client.newConversation(agent.id);
    await storeAnswer(world, id, `The word is ${secret}.`);
    chatPath = `/chat?id=${id}`;
    front = new Front(world.mosaic.url);
    await front.open();
  });

  test.beforeEach(async () => {
    front.rewrite = undefined;
  });

  test.afterAll(async () => front?.close());

  test("can be installed: Chromium finds nothing wrong with it", async ({ page }) => {
    await page.goto(`${front.url}/login`);
    await controlled(page);
    const session = await page.context().newCDPSession(page);
    const manifest = await session.send("Page.getAppManifest");
    expect(manifest.errors).toEqual([]);
    expect(JSON.parse(manifest.data ?? "{}")).toMatchObject({ name: "Mosaic", display: "standalone", start_url: "/" });
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // A test's browser context is one that remembers nothing, where nothing is installed.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
    for (const { src, sizes } of (JSON.parse(manifest.data ?? "{}") as { icons: { src: string; sizes: string }[] }).icons) {
      const width = await page.evaluate(async (address) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        return image.naturalWidth;
      }, src);
      if (sizes !== "any") expect(`${width}x${width}`).toBe(sizes);
    }
  });

  test("says that it can't be reached, shows nothing of before, and comes back by itself where one was", async ({ page, world }) => {
    await signIn(page, world.canaries.password);
    await page.goto(`${front.url}${chatPath}`);
    await expect(page.getByText(secret)).toBeVisible();
    await controlled(page);

    await front.close();
    await page.reload();
    await expect(page.getByRole("heading", { name: "Mosaic can’t be reached" })).toBeVisible();
    await page.context().setOffline(true);
    await expect(page.getByRole("status")).toContainText("You are offline");
    expect(await page.content()).not.toContain(secret);
    await expectAccessible(page);
    await page.context().setOffline(false);

    await front.open();
    await expect(page.getByText(secret)).toBeVisible();
    expect(new URL(page.url()).search).toBe(new URL(chatPath, front.url).search);
  });

  test("keeps one page in the browser, which is the same for everybody, signed in or out", async ({ page, world }) => {
    await signIn(page, world.canaries.password);
    await page.goto(`${front.url}${chatPath}`);
    await expect(page.getByText(secret)).toBeVisible();
    await controlled(page);
    const signedIn = await kept(page);
    expect(signedIn.caches).toHaveLength(1);
    expect(signedIn.paths).toEqual(["/offline"]);
    expect(signedIn.texts.join()).not.toContain(secret);

    await page.getByRole("button", { name: /^Account and settings/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    expect(await kept(page)).toEqual(signedIn);
    await front.close();
    await page.goto(`${front.url}${chatPath}`);
    await expect(page.getByRole("heading", { name: "Mosaic can’t be reached" })).toBeVisible();
    expect(await page.content()).not.toContain(secret);
    await front.open();
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  });

  test("an update takes hold at once: the worker of the build before shows no page of it", async ({ page }) => {
    front.rewrite = (path, text) => {
      if (path === "/service-worker.js") return text.replace(/const build = "[^"]*"/, 'const build = "the-one-before"');
      return path === "/offline"
        ? text.replaceAll("Mosaic can’t be reached", "The build before is away")
        : text.replace("<title>", "<title>Before ");
    };
    const before = await page.goto(`${front.url}/login`);
    expect(await before?.text()).toContain("<title>Before ");
    await controlled(page);
    expect((await kept(page)).caches).toEqual(["mosaic-shell-the-one-before"]);

    front.rewrite = undefined;
    const after = await page.reload();
    // The worker of the build before is the one that answered.
    expect(after?.fromServiceWorker()).toBe(true);
    expect(await after?.text()).not.toContain("<title>Before ");
    const names = async (): Promise<string[]> => (await kept(page)).caches;
    await expect.poll(names, { timeout: 30_000 }).not.toContain("mosaic-shell-the-one-before");
    const { paths, texts } = await kept(page);
    expect(paths).toEqual(["/offline"]);
    expect(texts.join()).not.toContain("The build before");
    await front.close();
    await page.reload();
    await expect(page.getByRole("heading", { name: "Mosaic can’t be reached" })).toBeVisible();
    await front.open();
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  });

  test("what is no page of Mosaic goes past the worker, and is asked for once", async ({ page }) => {
    await page.goto(`${front.url}/login`);
    await controlled(page);
    const answer = await page.goto(`${front.url}/api/openapi.json`);
    expect(answer?.fromServiceWorker()).toBe(false);
    expect(answer?.status()).toBe(200);
    await page.goto(`${front.url}/login`);
    // A code of a sign-in server is good for one visit.
    expect(front.paths.filter((path) => path === "/api/openapi.json")).toHaveLength(1);
  });
});
