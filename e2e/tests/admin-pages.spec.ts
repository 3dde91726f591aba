import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";

const adminPages = [
  "Users",
  "Invites",
  "Sign-in",
  "Shared providers",
  "System agents",
  "Backends",
  "Containers",
  "Network",
  "Audit",
  "Health",
];

async function signIn(page: Page, { mosaic, canaries }: World, name: string): Promise<void> {
  await page.goto(`${mosaic.url}/login`);
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(canaries.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/chat/);
}

test.use({ installation: "admin-pages" });
test.describe.configure({ mode: "serial" });

// No agent runs here, so one runtime is enough.
test.describe("the admin pages @process", () => {
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

  test("are reached by the menu, and each is accessible in the light and in the dark", async ({ page, world }) => {
    test.setTimeout(120_000);
    await signIn(page, world, "root");
    // The composer takes the focus when it is there, which closes a menu.
    await page.getByRole("textbox", { name: /^Message/ }).waitFor();
    await page.getByRole("button", { name: /^Account and settings/ }).click();
    await page.getByRole("menuitem", { name: "Admin" }).click();
    for (const name of adminPages) {
      await page.getByRole("navigation", { name: "Admin" }).getByRole("link", { name, exact: true }).click();
      await page.getByRole("heading", { name, exact: true, level: 2 }).waitFor();
      await expect(page.getByRole("status").filter({ hasText: /^Loading$/ })).toHaveCount(0);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await expectAccessible(page);
      }
    }
  });

  test("are reached by one menu on a phone", async ({ page, world }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}/admin/users`);
    for (const [here, next] of [
      ["Users", "Audit"],
      ["Audit", "Containers"],
    ] as const) {
      await page.getByRole("button", { name: `Admin pages, now: ${here}` }).click();
      await page.getByRole("menuitem", { name: next, exact: true }).click();
      await page.getByRole("heading", { name: next, exact: true, level: 2 }).waitFor();
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    }
  });

  test("let an admin invite somebody, who is a member and sees that these pages are not for them", async ({ page, browser, world }) => {
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}/admin/invites`);
    await page.getByRole("button", { name: "New invite" }).click();
    await page.getByRole("button", { name: "Create invite" }).click();
    const link = await page.getByText(/#invite=/).innerText();
    const context = await browser.newContext();
    const guest = await context.newPage();
    await guest.goto(link);
    await guest.getByLabel("User name").fill("grace");
    await guest.getByLabel("Password", { exact: true }).fill(world.canaries.password);
    await guest.getByRole("button", { name: "Create account" }).click();
    await guest.waitForURL(/\/chat/);
    await guest.goto(`${world.mosaic.url}/admin/users`);
    await guest.getByText("This page is for admins").waitFor();
    await context.close();
    await page.goto(`${world.mosaic.url}/admin/users?search=grace`);
    await page.getByRole("row", { name: /grace/ }).waitFor();
    await page.goto(`${world.mosaic.url}/admin/audit?action=invite`);
    await page.getByText("Made an invite").first().waitFor();
  });
});
