import { expect, type Page } from "@playwright/test";
import { ApiClient } from "../support/api-client.ts";
import { appPages, sectionPages } from "../support/app-pages.ts";
import { onlyEnglish } from "../support/catalogue.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { signIn } from "../support/pages.ts";

/** Everything that is shown or read out, also what is named for screen readers only. */
const wordsOf = async (page: Page): Promise<string> =>
  page.evaluate(() => {
    const told = [...document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")].flatMap((element) =>
      ["aria-label", "title", "placeholder", "alt"].map((name) => element.getAttribute(name) ?? ""),
    );
    return [document.title, document.body.textContent, ...told].join("\n");
  });

test.use({ installation: "languages" });
test.describe.configure({ mode: "serial" });

test.describe("the pages in German @process", () => {
  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    const client = new ApiClient(() => world.mosaic.url);
    await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
    });
  });

  test("a person chooses their language once, and has it on every page and on their next device", async ({ page, browser, world }) => {
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}/settings/profile`);
    await page.getByRole("combobox", { name: "Language" }).click();
    await page.getByRole("option", { name: "Deutsch" }).click();
    await page.getByRole("combobox", { name: "Sprache" }).waitFor();
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
    // Another device, in English until it is known who sits there.
    const other = await browser.newContext({ locale: "en-US" });
    const second = await other.newPage();
    await signIn(second, world, "root");
    await expect(second.locator("html")).toHaveAttribute("lang", "de");
    await other.close();
  });

  test("no page shows an English sentence of the catalogue", async ({ browser, world }) => {
    test.setTimeout(120_000);
    const context = await browser.newContext({ locale: "de-DE" });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    const english = await onlyEnglish();
    expect(english.length).toBeGreaterThan(300);
    const shown: string[] = [];
    const look = async (path: string): Promise<void> => {
      await page.goto(`${world.mosaic.url}${path}`);
      await expect(page.locator("html")).toHaveAttribute("lang", "de");
      await page.locator("h1, h2").first().waitFor();
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      const words = await wordsOf(page);
      shown.push(...english.filter((text) => words.includes(text)).map((text) => `${path}: ${text}`));
    };
    for (const path of ["/login", "/sign-up"]) await look(path);
    await page.request.post(`${world.mosaic.url}/api/auth/login`, {
      headers: { origin: world.mosaic.url },
      data: { username: "root", password: world.canaries.password },
    });
    const rest = (await appPages()).filter((path) => !["/login", "/sign-up", "/setup"].includes(path));
    const forms = [...(await sectionPages("settings")), ...(await sectionPages("admin"))].filter((path) => path.includes("?"));
    for (const path of [...rest, ...forms]) await look(path);
    expect(shown).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });
});
