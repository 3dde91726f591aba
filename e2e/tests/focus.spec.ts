import { expect, type Locator, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { signIn, tabTo } from "../support/pages.ts";

test.use({ installation: "focus" });
test.describe.configure({ mode: "serial" });

const list = (page: Page): Locator => page.getByRole("navigation", { name: "Conversations" });
const row = (page: Page, title: string): Locator => list(page).getByRole("link", { name: title });

/** From the row that has the focus. */
async function pick(page: Page, item: string): Promise<void> {
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  await page.getByRole("menuitem", { name: item, exact: true }).focus();
  await page.keyboard.press("Enter");
}

/** What was opened asks in a dialog, which has the focus, and gives it back when it is left. */
async function expectFocusBack(page: Page, dialog: Locator, from: Locator): Promise<void> {
  await expect(dialog).toBeVisible();
  await expect(dialog.locator(":focus")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(from).toBeFocused();
}

/** Told at the field: in words, to whoever hears it too, and where the next key goes. */
async function expectFaultAt(field: Locator, words: RegExp): Promise<void> {
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(words);
  await expect(field).toBeFocused();
  await expect(field.page().getByRole("alert").filter({ hasText: words })).toHaveCount(1);
}

// No agent runs here, so one runtime is enough.
test.describe("the focus @process", () => {
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
    for (const title of ["Garden", "Kitchen", "Letters"]) {
      const id = await client.newConversation(agent.id);
      await client.json("PATCH", `/api/conversations/${id}`, { title });
    }
  });

  test("is at one conversation of the list, which the arrows move, and comes back there from all that a row asks", async ({
    page,
    world,
  }) => {
    const { keyboard } = page;
    await signIn(page, world, "root");
    await tabTo(page, row(page, "Letters"));
    await expect(list(page).locator("[data-row][tabindex='0']")).toHaveCount(1);
    await keyboard.press("ArrowDown");
    await expect(row(page, "Kitchen")).toBeFocused();
    await keyboard.press("Tab");
    await expect(list(page).locator("[data-row]:focus")).toHaveCount(0);
    await keyboard.press("Shift+Tab");
    await expect(row(page, "Kitchen")).toBeFocused();
    await expect(list(page).locator("[data-row][tabindex='0']")).toHaveCount(1);
    for (const [item, dialog] of [
      ["Rename", page.getByRole("dialog").filter({ has: page.getByLabel("Title") })],
      ["Share", page.getByRole("dialog", { name: "Share conversation" })],
      ["Move to folder", page.getByRole("dialog", { name: "Move “Kitchen”" })],
    ] as const) {
      await pick(page, item);
      await expectFocusBack(page, dialog, row(page, "Kitchen"));
    }
  });

  test("comes back from the shortcuts, the command palette and a new folder to where it was", async ({ page, world }) => {
    const { keyboard } = page;
    await signIn(page, world, "root");
    const folder = page.getByRole("button", { name: "New folder" });
    await tabTo(page, folder);
    await keyboard.press("Enter");
    await expectFocusBack(page, page.getByRole("dialog", { name: "New folder" }), folder);
    await keyboard.press("?");
    await expectFocusBack(page, page.getByRole("dialog", { name: "Keyboard shortcuts" }), folder);
    await keyboard.press("Control+k");
    await expectFocusBack(page, page.getByRole("dialog"), folder);
    // From the field of messages too, where what was begun is still there.
    const field = page.getByRole("textbox", { name: "Message Ada" });
    await field.focus();
    await keyboard.type("Half a sen");
    await keyboard.press("Control+k");
    await expectFocusBack(page, page.getByRole("dialog"), field);
    await keyboard.type("tence");
    await expect(field).toHaveValue("Half a sentence");
  });

  test("comes back to the button that asked when an agent is not deleted after all", async ({ page, world }) => {
    const { keyboard } = page;
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}/settings/agents`);
    const button = page.getByRole("button", { name: "Delete Ada" });
    await tabTo(page, button);
    await keyboard.press("Enter");
    const dialog = page.getByRole("alertdialog");
    await expectFocusBack(page, dialog, button);
    await keyboard.press("Enter");
    await tabTo(page, dialog.getByRole("button", { name: "Cancel" }));
    await keyboard.press("Enter");
    await expect(dialog).toHaveCount(0);
    await expect(button).toBeFocused();
  });

  test("goes to the field that is wrong, which says why: an address, as soon as it is tried and when it is saved", async ({
    page,
    world,
  }) => {
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}/settings/providers?edit=new`);
    await page.getByRole("radio", { name: /Any OpenAI-compatible/ }).click();
    const [name, address] = [page.getByLabel("Provider name"), page.getByLabel("Address (base URL)")];
    await name.fill("Mine");
    await address.fill("nonsense");
    await page.getByRole("button", { name: "Test connection" }).click();
    await expectFaultAt(address, /http/);
    await expectAccessible(page);
    await page.reload();
    await page.getByRole("radio", { name: /Any OpenAI-compatible/ }).click();
    await name.fill("Mine");
    await address.fill("nonsense");
    await page.getByRole("button", { name: "Add provider" }).click();
    await expectFaultAt(address, /http/);
    await address.fill("https://llm.example.org/v1");
    await expect(address).not.toHaveAttribute("aria-invalid");
  });

  test("goes to the field that the server refuses: the current password", async ({ page, world }) => {
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}/settings/profile`);
    const current = page.getByLabel("Current password", { exact: true });
    await current.fill("not the password at all");
    await page.getByLabel("New password", { exact: true }).fill("another fine long sentence");
    await page.getByRole("button", { name: "Change password" }).click();
    await expectFaultAt(current, /This is not your current password/);
    await expectAccessible(page);
  });
});
