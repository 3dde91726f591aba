import { expect, type Locator, type Page } from "@playwright/test";
import { expectAccessible, expectGoodLooks, narrow } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { signIn, tabTo } from "../support/pages.ts";

test.use({ installation: "conversations" });
test.describe.configure({ mode: "serial" });

const list = (page: Page): Locator => page.getByRole("navigation", { name: "Conversations" });
const row = (page: Page, title: string): Locator => list(page).getByRole("link", { name: title });
const titles = (page: Page): Locator => list(page).locator("[data-title]");
const group = (page: Page, name: string): Locator => list(page).getByRole("region", { name }).locator("[data-title]");
const undo = (page: Page): Locator =>
  page.getByRole("listitem").filter({ hasText: "Conversation deleted" }).getByRole("button", { name: "Undo" });

/** From the row that has the focus. */
async function pickByKeys(page: Page, item: string): Promise<void> {
  await page.keyboard.press("ArrowRight");
  const wanted = page.getByRole("menuitem", { name: item, exact: true });
  await wanted.waitFor();
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  const items = await page.getByRole("menuitem").allInnerTexts();
  for (const next of items.slice(1, items.indexOf(item) + 1)) {
    await page.keyboard.press("ArrowDown");
    await expect(page.getByRole("menuitem", { name: next, exact: true })).toBeFocused();
  }
  await page.keyboard.press("Enter");
}

// What is shown does not depend on the runtime, so one is enough.
test.describe("conversations @process", () => {
  let client: ApiClient;
  let ada: string;
  let bob: string;

  const begin = async (agentId: string, title: string): Promise<string> => {
    const id = await client.newConversation(agentId);
    await client.json("PATCH", `/api/conversations/${id}`, { title });
    return id;
  };

  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    client = new ApiClient(() => world.mosaic.url);
    const { agent, provider } = await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
    });
    ada = agent.id;
    const model = { providerId: provider.id, model: "mosaic-demo" };
    bob = (await client.json<{ id: string }>("POST", "/api/agents", { name: "Bob", emoji: "🐢", model })).id;
  });

  test("are pinned, archived, deleted and brought back by the keyboard, and another page of the same person follows", async ({
    page,
    context,
    world,
  }) => {
    const { keyboard } = page;
    await begin(ada, "Garden");
    const kitchen = await begin(bob, "Kitchen");
    await begin(ada, "Letters");
    await signIn(page, world, "root");
    const other = await context.newPage();
    await other.goto(`${world.mosaic.url}/chat?id=${kitchen}`);
    await expect(titles(other)).toHaveText(["Letters", "Kitchen", "Garden"]);

    // One stop for all of them; the arrows do the rest.
    await tabTo(page, row(page, "Letters"));
    await keyboard.press("ArrowDown");
    await expect(row(page, "Kitchen")).toBeFocused();
    await expect(row(page, "Kitchen")).toHaveAccessibleDescription(/Arrow right opens the actions/);
    await expect(row(page, "Kitchen")).toHaveAccessibleName(/Kitchen.*with.*Bob/);
    await keyboard.press("Tab");
    await expect(list(page).locator("[data-row]:focus")).toHaveCount(0);
    await keyboard.press("Shift+Tab");
    await expect(row(page, "Kitchen")).toBeFocused();
    await keyboard.press("End");
    await expect(row(page, "Garden")).toBeFocused();
    await keyboard.press("Shift+F10");
    await expect(page.getByRole("menuitem", { name: "Pin", exact: true })).toBeFocused();
    await expectAccessible(page);
    await keyboard.press("Escape");
    await expect(row(page, "Garden")).toBeFocused();

    await pickByKeys(page, "Pin");
    for (const either of [page, other]) {
      await expect(group(either, "Pinned")).toHaveText(["Garden"]);
      await expect(titles(either)).toHaveText(["Garden", "Letters", "Kitchen"]);
    }
    await expect(row(page, "Garden")).toBeFocused();

    await keyboard.press("ArrowDown");
    await pickByKeys(page, "Archive");
    for (const either of [page, other]) {
      await expect(titles(either)).toHaveText(["Garden", "Kitchen"]);
    }
    await expect(row(page, "Kitchen")).toBeFocused();

    // The other page shows the one that is deleted now.
    await expect(other.getByRole("textbox", { name: "Message Bob" })).toBeVisible();
    await pickByKeys(page, "Delete");
    for (const either of [page, other]) {
      await expect(titles(either)).toHaveText(["Garden"]);
    }
    await expect(other.getByText("There is no such conversation")).toBeVisible();
    await expect(undo(page)).toBeVisible();
    await expect(page.getByRole("region", { name: /^Notifications/ })).toHaveAttribute("aria-live", "polite");
    await expectAccessible(page);
    await keyboard.press("Alt+T");
    await tabTo(page, undo(page));
    await keyboard.press("Enter");
    for (const either of [page, other]) {
      await expect(titles(either)).toHaveText(["Garden", "Kitchen"]);
    }
    await expect(row(page, "Kitchen")).toBeFocused();
    await expect(other.getByRole("textbox", { name: "Message Bob" })).toBeVisible();

    // A name is changed, and the focus is where it was.
    await pickByKeys(page, "Rename");
    await expect(page.getByLabel("Title")).toBeFocused();
    await keyboard.type("Cellar");
    await keyboard.press("Enter");
    await expect(row(page, "Cellar")).toBeFocused();
    await expect(titles(other)).toHaveText(["Garden", "Cellar"]);

    await other.getByRole("button", { name: "Archived conversations" }).click();
    await expect(titles(other)).toHaveText(["Letters"]);
    await expectGoodLooks(other);
    await other.setViewportSize({ width: 1440, height: 900 });
    await row(other, "Letters").hover();
    await other.getByRole("button", { name: "Actions for Letters" }).click();
    await other.getByRole("menuitem", { name: "Unarchive" }).click();
    await expect(other.getByText("Nothing is archived.")).toBeVisible();
    await expect(titles(page)).toHaveText(["Garden", "Letters", "Cellar"]);
  });

  test("of one agent are shown alone, and very many come as somebody gets to their end", async ({ page, world }) => {
    for (let index = 1; index <= 60; index += 1) {
      await begin(bob, `Shell ${index}`);
    }
    await signIn(page, world, "root");
    await expect(titles(page).first()).toHaveText("Garden");
    const field = page.getByRole("combobox", { name: "Show conversations with" });
    await field.click();
    await page.getByRole("option", { name: "Ada" }).click();
    await expect(titles(page)).toHaveText(["Garden", "Letters"]);
    await field.click();
    await page.getByRole("option", { name: "All agents, by agent" }).click();
    const headings = page.getByRole("navigation", { name: "Conversations" }).getByRole("heading", { level: 3 });
    await expect(headings).toHaveText(["Pinned", "🐢 Bob · Today"]);
    await page.getByRole("button", { name: "Show more" }).click();
    await expect(headings).toHaveText(["Pinned", "🐢 Bob · Today", /Ada · Today$/]);
    await field.click();
    await page.getByRole("option", { name: "All agents, by day" }).click();
    await expect(headings).toHaveText(["Pinned", "Today"]);
    // The keyboard begins at the top again.
    await page.reload();
    await expect(headings).toHaveText(["Pinned", "Today"]);
    await expect(titles(page).nth(1)).toHaveText("Shell 60");
    await tabTo(page, row(page, "Garden"));
    await expect(async () => {
      await page.keyboard.press("End");
      await expect(row(page, "Cellar")).toBeFocused({ timeout: 500 });
    }).toPass();
    await expect(titles(page)).toHaveCount(63);
    await expectGoodLooks(page);
  });

  test("are deleted and brought back in the narrow screen's sidebar", async ({ page, world }) => {
    await page.setViewportSize(narrow);
    await signIn(page, world, "root");
    const drawer = page.getByRole("dialog", { name: "Sidebar" });
    await page.getByRole("button", { name: "Open sidebar" }).click();
    await expect(drawer.locator("[data-title]").first()).toHaveText("Garden");
    await drawer.getByRole("button", { name: "Actions for Garden" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await expect(drawer.locator("[data-title]").first()).toHaveText("Shell 60");
    await expectAccessible(page);
    await page.locator("[data-sonner-toast]").getByRole("button", { name: "Undo", includeHidden: true }).click();
    await expect(drawer.locator("[data-title]").first()).toHaveText("Garden");
  });
});
