import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectToFit, narrow } from "../support/accessibility.ts";
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

const english = await onlyEnglish();

/** What a page says in English, accessible as it is and no wider than a phone. */
async function englishOn(page: Page): Promise<string[]> {
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.locator("h1, h2").filter({ visible: true }).first().waitFor();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expectAccessible(page);
  await expectToFit(page);
  const words = await wordsOf(page);
  return english.filter((text) => words.includes(text)).map((text) => `${new URL(page.url()).pathname}: ${text}`);
}

test.use({ installation: "languages" });
test.describe.configure({ mode: "serial" });

test.describe("the pages in German @process", () => {
  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
  });

  test("the wizard, up to its last step, shows no English sentence", async ({ browser, world }) => {
    const context = await browser.newContext({ locale: "de-DE", viewport: narrow, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(world.mosaic.setupUrl ?? "");
    const shown: string[] = [];
    const look = async (heading: string): Promise<void> => {
      await page.getByRole("heading", { name: heading }).waitFor();
      shown.push(...(await englishOn(page)));
    };
    await look("Administratorkonto anlegen");
    await page.getByLabel("Benutzername").fill("root");
    await page.getByLabel("Passwort", { exact: true }).fill(world.canaries.password);
    await page.getByRole("button", { name: "Administrator anlegen" }).click();
    await look("Anmeldung für Ihr Team");
    await page.getByRole("button", { name: "Vorerst überspringen" }).click();
    await look("Modellanbieter verbinden");
    await page.getByRole("radio", { name: /Demo-Modell/ }).click();
    await page.getByText("Die Verbindung funktioniert").waitFor();
    await look("Modellanbieter verbinden");
    await page.getByRole("button", { name: "Speichern und weiter" }).click();
    await look("Ihren ersten Agenten erstellen");
    await page.getByLabel("Name", { exact: true }).fill("Ada");
    await page.getByRole("radio", { name: /Gewöhnliche Prozesse/ }).click();
    await page.getByRole("checkbox", { name: /nicht isoliert/ }).check();
    await page.getByRole("button", { name: "Agent erstellen" }).click();
    await page.getByRole("button", { name: "Erneut prüfen" }).waitFor({ timeout: 30_000 });
    await look("Kann es losgehen?");
    await page.getByRole("button", { name: "Abschließen und loschatten" }).click();
    await expect(page).toHaveURL(/\/chat/);
    expect(shown).toEqual([]);
    await context.close();
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
    test.setTimeout(300_000);
    const context = await browser.newContext({ locale: "de-DE", viewport: narrow, reducedMotion: "reduce" });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    expect(english.length).toBeGreaterThan(300);
    const shown: string[] = [];
    const look = async (path: string): Promise<void> => {
      await page.goto(`${world.mosaic.url}${path}`);
      shown.push(...(await englishOn(page)));
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
