import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { storeAnswer } from "../support/stored-messages.ts";

const looks = [
  { size: { width: 1440, height: 900 }, colorScheme: "light" },
  { size: { width: 1440, height: 900 }, colorScheme: "dark" },
  { size: { width: 390, height: 844 }, colorScheme: "dark" },
  { size: { width: 390, height: 844 }, colorScheme: "light" },
] as const;

test.use({ installation: "search" });
test.describe.configure({ mode: "serial" });

async function signIn(page: Page, { mosaic, canaries }: World): Promise<void> {
  await page.goto(`${mosaic.url}/login`);
  await page.getByLabel("User name").fill("root");
  await page.getByLabel("Password", { exact: true }).fill(canaries.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/chat/);
  await page.getByRole("textbox", { name: /^Message/ }).waitFor();
}

const field = (page: Page) => page.getByRole("combobox", { name: "Search conversations" });
const results = (page: Page) => page.getByRole("listbox", { name: "Results" });

// What is found does not depend on the runtime.
test.describe("the search @process", () => {
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
    for (const [title, ...answers] of [
      ["A garden by the sea", "Pelicans fly over the roses.", "**Water** them in the evening, before the pelican wakes."],
      ["Trip to Japan", "From 東京都 to 京都 it takes two hours and a half by train."],
      ["Pelican crossings", "A crossing for people on foot, with a button."],
    ]) {
      const { id } = await client.json<{ id: string }>("POST", "/api/conversations", { agentId: agent.id });
      await client.json("PATCH", `/api/conversations/${id}`, { title });
      for (const answer of answers) await storeAnswer(world, id, answer);
    }
    const long = await client.json<{ id: string }>("POST", "/api/conversations", { agentId: agent.id });
    await client.json("PATCH", `/api/conversations/${long.id}`, { title: "Notes of a year" });
    for (let note = 1; note <= 245; note += 1) await storeAnswer(world, long.id, `Note ${note} about nothing in particular.`);
    await expect
      .poll(async () => (await world.database.query("SELECT 1 FROM messages WHERE NOT is_indexed")).length, { timeout: 30_000 })
      .toBe(0);
  });

  test("opens by keys, finds while one types, marks what was found, and opens the conversation by keys alone", async ({ page, world }) => {
    await signIn(page, world);
    await page.keyboard.press("Control+k");
    await expect(field(page)).toBeFocused();
    await expect(page.getByText("Find anything that was said")).toBeVisible();
    await page.keyboard.type("pelic");
    const options = results(page).getByRole("option");
    await expect(options).toHaveCount(3);
    // The title first, then what was said last.
    await expect(options.nth(0)).toContainText("Pelican crossings");
    await expect(options.nth(1)).toContainText("before the pelican wakes");
    await expect(results(page).getByRole("group", { name: "A garden by the sea" }).getByRole("option")).toHaveCount(2);
    await expect(results(page).locator("mark")).toHaveText(["Pelican", "pelican", "Pelicans"]);
    await expect(page.getByRole("status").filter({ hasText: "3 results" })).toHaveCount(1);
    for (const [key, selected] of [
      ["", 0],
      ["ArrowDown", 1],
      ["ArrowUp", 0],
      ["ArrowUp", 2],
      ["ArrowDown", 0],
      ["ArrowUp", 2],
    ] as const) {
      if (key !== "") await page.keyboard.press(key);
      await expect(options.nth(selected)).toHaveAttribute("aria-selected", "true");
      await expect(field(page)).toHaveAttribute("aria-activedescendant", (await options.nth(selected).getAttribute("id")) ?? "none");
    }
    await page.keyboard.press("Enter");
    await expect(field(page)).toHaveCount(0);
    await expect(page.getByRole("listitem").filter({ hasText: "Pelicans fly over the roses." })).toBeFocused();
  });

  test("finds words of scripts without spaces, and all words in one place", async ({ page, world }) => {
    await signIn(page, world);
    await page.getByRole("button", { name: "Search conversations" }).click();
    await field(page).fill("京都 trains");
    await expect(results(page).getByRole("option")).toHaveCount(1);
    await expect(results(page).locator("mark")).toHaveText(["京都", "京都", "train"]);
    await field(page).fill("pelican train");
    await expect(page.getByText("Nothing found for “pelican train”")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(field(page)).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Search conversations" })).toBeFocused();
  });

  test("shows older results when asked for, and says what went wrong", async ({ page, world }) => {
    await signIn(page, world);
    await page.keyboard.press("Control+k");
    await field(page).fill("note");
    await expect(results(page).getByRole("option")).toHaveCount(21);
    await page.getByRole("button", { name: "Show older results" }).click();
    await expect(results(page).getByRole("option")).toHaveCount(41);
    for (let presses = 0; presses < 41; presses += 1) await page.keyboard.press("ArrowDown");
    await expect(results(page).getByRole("option")).toHaveCount(61);
    await field(page).fill("note nothing 7");
    await expect(results(page).getByRole("option")).toHaveCount(1);
    await expect(page.getByRole("button", { name: "Show older results" })).toHaveCount(0);
    await page.keyboard.press("Enter");
    // Far back: it is loaded, brought into view and marked, and so it is when it is chosen again.
    const row = page.getByRole("listitem").filter({ hasText: "Note 7 about" });
    await expect(row).toBeFocused();
    await expect(row).toBeInViewport();
    await expect(page).toHaveURL(/\/chat\?id=[\w-]+$/);
    await page.getByRole("button", { name: "Jump to the newest message" }).click();
    await expect(row).not.toBeInViewport();
    await page.keyboard.press("Control+k");
    await field(page).fill("note nothing 7");
    await expect(results(page).getByRole("option")).toHaveCount(1);
    await page.keyboard.press("Enter");
    await expect(row).toBeInViewport();
    await page.keyboard.press("Control+k");
    await page.route("**/api/search", (route) => route.abort());
    await field(page).fill("pelican");
    await expect(page.getByRole("alert").filter({ hasText: "No connection to Mosaic" })).toBeVisible();
    await page.unroute("**/api/search");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(results(page).getByRole("option")).toHaveCount(3);
  });

  test("is accessible and fits, wide and narrow, in the light and in the dark, and opens from the sidebar of a phone", async ({
    page,
    world,
  }) => {
    await signIn(page, world);
    for (const { size, colorScheme } of looks) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      if (size.width < 700) await page.getByRole("button", { name: "Open sidebar" }).click();
      await page.getByRole("button", { name: "Search conversations" }).click();
      await expect(field(page)).toBeFocused();
      for (const q of ["", "pelican", "nothing like that"]) {
        await field(page).fill(q);
        await expect(
          q === "pelican" ? results(page).locator("mark").first() : page.getByText(q === "" ? "Find anything" : "Nothing found for"),
        ).toBeVisible();
        await expectAccessible(page);
        expect(await page.getByRole("dialog").evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
      }
      await page.getByRole("button", { name: "Close search" }).click();
      await expect(field(page)).toHaveCount(0);
    }
  });
});
