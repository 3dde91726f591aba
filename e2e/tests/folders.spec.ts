import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectGoodLooks } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { nextAnswer, send, signIn } from "../support/pages.ts";

test.use({ installation: "folders" });
test.describe.configure({ mode: "serial" });

const rows = (page: Page) => page.getByRole("navigation", { name: "Conversations" }).getByRole("link");

/** The demo model says back what it was sent. */
test.describe("folders @process", () => {
  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    await new ApiClient(() => world.mosaic.url).setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
    });
  });

  test("hold conversations, tell their agents what to do, and are the same on every device", async ({ page, browser, world }) => {
    await signIn(page, world, "root");
    await page.getByRole("button", { name: "New folder" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Travel");
    await page.getByLabel(/^Instructions/).fill("Answer in French.");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Create folder" }).click();
    await expect(page.getByRole("heading", { name: "Travel" })).toBeVisible();
    await expect(page.getByText("No conversation is in this folder yet.")).toBeVisible();

    await page.getByRole("link", { name: "New chat in this folder" }).click();
    await expect(page.getByRole("button", { name: "In the folder Travel" })).toBeVisible();
    await send(page, "Ada", "Where is Rome?");
    await expect(await nextAnswer(page, "Ada", 1, 120_000)).toContainText("Answer in French.");
    await expect(page.getByRole("article", { name: "You" })).toHaveText(/^\s*(?:You)?\s*Where is Rome\?/);
    await send(page, "Ada", "And Paris?");
    await expect(await nextAnswer(page, "Ada", 2)).not.toContainText("French");
    await expect(rows(page)).toHaveCount(1);

    const context = await browser.newContext();
    const other = await context.newPage();
    await signIn(other, world, "root");
    await other.getByRole("button", { name: "Show the conversations in Travel" }).click();
    await expect(rows(other)).toHaveCount(1);
    await other.getByRole("button", { name: "Actions for Travel" }).click();
    await other.getByRole("menuitem", { name: "Edit folder" }).click();
    await other.getByLabel(/^Instructions/).fill("Answer in Latin.");
    await other.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Answer in Latin.")).toBeVisible();
    await send(page, "Ada", "And Berlin?");
    await expect(await nextAnswer(page, "Ada", 3)).toContainText("Answer in Latin.");

    // By the keyboard alone, out of the folder again.
    await rows(other).first().focus();
    await other.keyboard.press("ArrowRight");
    await other.getByRole("menuitem", { name: "Move to folder" }).press("Enter");
    await other.getByRole("radio", { name: "Travel" }).press("ArrowUp");
    await expectAccessible(other);
    await other.getByRole("button", { name: "Move", exact: true }).press("Enter");
    await expect(rows(other)).toHaveCount(0);
    await expect(rows(page)).toHaveCount(0);
    await expect(page.getByRole("button", { name: "In the folder Travel" })).toHaveCount(0);
    await send(page, "Ada", "And Madrid?");
    await expect(await nextAnswer(page, "Ada", 4)).toContainText("hold no more");

    await other.getByRole("button", { name: "Actions for Travel" }).click();
    await other.getByRole("menuitem", { name: "Delete folder" }).click();
    await other.getByRole("alertdialog").getByRole("button", { name: "Delete folder" }).click();
    await expect(rows(other)).toHaveCount(1);
    await expect(rows(page)).toHaveCount(1);
    await context.close();
  });

  test("look right, wide and narrow, light and dark", async ({ page, world }) => {
    await signIn(page, world, "root");
    await page.getByRole("button", { name: "New folder" }).click();
    await page.getByLabel("Name", { exact: true }).fill("A folder with a name as long as it may be, to see where it ends");
    await page.getByLabel(/^Instructions/).fill("Be brief. ".repeat(60));
    await page.getByRole("button", { name: "Create folder" }).click();
    await page.getByRole("link", { name: "New chat in this folder" }).click();
    await expect(page.getByRole("button", { name: /^In the folder/ })).toBeVisible();
    await expectGoodLooks(page);
  });
});
