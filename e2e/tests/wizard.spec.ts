import { expect, type Locator, type Page } from "@playwright/test";
import { test, whyNot } from "../support/fixtures.ts";

test.use({ installation: "wizard" });
test.describe.configure({ mode: "serial" });

/** Types in all the fields, loads the page anew, and finds each as it was. */
async function expectKept(page: Page, fields: readonly (readonly [field: Locator, value: string])[]): Promise<void> {
  for (const [field, value] of fields) await field.fill(value);
  await page.reload();
  for (const [field, value] of fields) await expect(field).toHaveValue(value);
}

// No agent runs here, so one runtime is enough.
test.describe("the wizard @process", () => {
  let page: Page;

  test.beforeAll(async ({ browser, world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
  });

  test.afterAll(async () => {
    await page?.context().close();
  });

  const secrets: string[] = [];

  async function expectNoSecretKept(): Promise<void> {
    const kept = await page.evaluate(() => JSON.stringify([Object.entries(window.sessionStorage), Object.entries(window.localStorage)]));
    for (const secret of secrets) expect(kept).not.toContain(secret);
  }

  test("keeps the administrator's name over a reload, and says that the password is not kept", async ({ world }) => {
    await page.goto(world.mosaic.setupUrl ?? "");
    secrets.push(world.canaries.password);
    const password = page.getByLabel("Password", { exact: true });
    await password.fill(world.canaries.password);
    await expectKept(page, [[page.getByLabel("User name"), "root"]]);
    await expect(password).toHaveValue("");
    await expect(password).toHaveAccessibleDescription(/reload/);
    await expectNoSecretKept();
    await password.fill(world.canaries.password);
    await page.getByRole("button", { name: "Create administrator" }).click();
  });

  test("keeps what was typed about single sign-on, but for the secret", async () => {
    await page.getByRole("radio", { name: /Single sign-on/ }).click();
    secrets.push("only-the-server-knows-this");
    const secret = page.getByLabel(/^Client secret/);
    await secret.fill("only-the-server-knows-this");
    await expectKept(page, [
      [page.getByLabel("Issuer"), "https://login.example.org/realms/team"],
      [page.getByLabel("Client ID"), "mosaic"],
      [page.getByLabel("Label of the button"), "the team"],
    ]);
    await expect(page.getByRole("radio", { name: /Single sign-on/ })).toBeChecked();
    await expect(secret).toHaveValue("");
    await expectNoSecretKept();
    await page.getByRole("button", { name: "Skip for now" }).click();
  });

  test("says at the field that an address is none, and keeps what was typed about the provider, but for the key", async ({ world }) => {
    await page.getByRole("radio", { name: /Any OpenAI-compatible/ }).click();
    const address = page.getByLabel("Address (base URL)");
    const key = page.getByLabel(/^API key/).first();
    await page.getByLabel("Provider name").fill("Mine");
    await address.fill("nonsense");
    await page.getByRole("button", { name: "Save and continue" }).click();
    await expect(address).toHaveAttribute("aria-invalid", "true");
    await expect(address).toHaveAccessibleDescription(/http/);
    await expect(address).toBeFocused();
    secrets.push("sk-not-kept-anywhere");
    await key.fill("sk-not-kept-anywhere");
    await expectKept(page, [
      [page.getByLabel("Provider name"), "Stub"],
      [address, world.llmBaseUrl],
    ]);
    await expect(page.getByRole("radio", { name: /Any OpenAI-compatible/ })).toBeChecked();
    await expect(key).toHaveValue("");
    await expectNoSecretKept();
    for (const model of ["mosaic-demo", "mosaic-other"]) {
      await page.getByLabel("Add a model by its name").fill(model);
      await page.keyboard.press("Enter");
    }
    await page.reload();
    for (const model of ["mosaic-demo", "mosaic-other"]) await expect(page.getByText(model, { exact: true }).first()).toBeVisible();
    await key.fill(world.canaries.providerKey);
    await page.getByRole("button", { name: "Save and continue" }).click();
  });

  test("keeps what was typed and chosen for the agent", async () => {
    await page.getByRole("radio", { name: /Plain processes/ }).click();
    await page.getByRole("checkbox", { name: /does not isolate/ }).check();
    await page.getByRole("checkbox", { name: "Let everybody here use this model" }).check();
    await page.getByRole("combobox", { name: "Model" }).click();
    await page.getByRole("option", { name: "mosaic-other" }).click();
    await expectKept(page, [
      [page.getByLabel("Name", { exact: true }), "Ada"],
      [page.getByLabel(/^Emoji/), "🦉"],
      [page.getByLabel("Personality").first(), "You are Ada, and short."],
    ]);
    await expect(page.getByRole("combobox", { name: "Model" })).toHaveText(/mosaic-other/);
    await expect(page.getByRole("radio", { name: /Plain processes/ })).toBeChecked();
    await expect(page.getByRole("checkbox", { name: /does not isolate/ })).toBeChecked();
    await expect(page.getByRole("checkbox", { name: "Let everybody here use this model" })).toBeChecked();
    await page.getByRole("button", { name: "Create agent" }).click();
    await expect(page.getByRole("region", { name: "Health checks" })).toBeVisible();
    await page.reload();
    await page.getByRole("button", { name: "Finish and start chatting" }).click();
    await page.waitForURL(/\/chat/);
  });

  test("has made the model that was chosen there the person's default, which a new agent has without asking for one", async ({ world }) => {
    await page.goto(`${world.mosaic.url}/settings/models`);
    await expect(page.getByRole("form", { name: "For all agents" }).getByRole("combobox", { name: "Model" })).toHaveText(/mosaic-other/);
    await page.goto(`${world.mosaic.url}/settings/agents?edit=new`);
    await page.getByLabel("Name", { exact: true }).fill("Bob");
    await expect(page.getByText("it uses the default under Models")).toBeVisible();
    await page.getByRole("button", { name: "Add agent" }).click();
    const bob = page
      .getByRole("main")
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: "Bob" }) });
    await expect(bob).toContainText("mosaic-other");
  });
});
