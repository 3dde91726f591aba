import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { answers, send } from "../support/pages.ts";
import { distanceFromEnd, expectStill, messages, settle, watchRow } from "../support/still-rows.ts";
import { storeTalk } from "../support/stored-messages.ts";

test.use({ installation: "long-conversations" });
test.describe.configure({ mode: "serial" });

const count = 2_000;
const pageSize = 100;
/** Short and long ones, so that no row is as high as it was taken to be. */
const texts = Array.from({ length: count }, (_, index) =>
  index % 2 === 0
    ? `Question ${index}`
    : `Answer ${index}\n\n${"Some **words** of an answer, and a [link](https://example.org).\n\n".repeat(index % 7)}`,
);

let client: ApiClient;
let conversationId: string;

async function open(page: Page, { mosaic }: World): Promise<void> {
  const [name = "", value = ""] = client.cookie.split("=");
  await page.context().addCookies([{ name, value, url: mosaic.url }]);
  await page.goto(`${mosaic.url}/chat?id=${conversationId}`);
  await expect(page.getByRole("article").last()).toBeVisible();
  await settle(page);
}

const rowsInPage = async (page: Page): Promise<number> => messages(page).getByRole("listitem").count();

test.describe("a conversation of 2,000 messages @process", () => {
  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    client = new ApiClient(() => world.mosaic.url);
    const { agent } = await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
    });
    conversationId = await client.newConversation(agent.id);
    await storeTalk(world, conversationId, texts);
  });

  test("opens at its end, and leads up to its first message without a jump", async ({ page, world }) => {
    await open(page, world);
    await expect(page.getByText(`Answer ${count - 1}`)).toBeInViewport();
    expect(await distanceFromEnd(page)).toBeLessThanOrEqual(1);
    expect(await rowsInPage(page)).toBe(pageSize);

    for (let first = count - pageSize; first > 0; first -= pageSize) {
      // The page is held back until the top is reached, so that what comes then comes in front of what is being read.
      const asked = Promise.withResolvers<() => Promise<void>>();
      await page.route("**/messages?before=*", async (route) => asked.resolve(async () => route.continue()));
      await messages(page).evaluate((list) => (list.scrollTop = 0));
      const goOn = await asked.promise;
      await expect(page.getByText(`Question ${first}`, { exact: true })).toBeInViewport();
      await settle(page);
      const row = await watchRow(page);
      await goOn();
      await expect(page.getByRole("button", { name: "Earlier messages" })).not.toBeInViewport();
      expectStill(await row.stop());
      await page.unroute("**/messages?before=*");
    }
    await messages(page).evaluate((list) => (list.scrollTop = 0));
    await expect(page.getByText("Question 0", { exact: true })).toBeInViewport();
    await expect(page.getByRole("button", { name: "Earlier messages" })).toHaveCount(0);
    const first = messages(page).getByRole("listitem").first();
    await expect(first).toHaveAttribute("aria-posinset", "1");
    await expect(first).toHaveAttribute("aria-setsize", String(count));
    expect(await rowsInPage(page)).toBeLessThan(pageSize);
  });

  test("moves by what the wheel turns and no more, whatever its rows turn out to be", async ({ page, world }) => {
    await open(page, world);
    await messages(page).hover();
    for (let turns = 0; turns < 30; turns += 1) {
      const row = await watchRow(page, 0.1);
      await page.mouse.wheel(0, -300);
      await settle(page);
      const seen = await row.stop();
      expect(Math.abs((seen.at(-1) ?? 0) - (seen[0] ?? 0) - 300)).toBeLessThanOrEqual(1);
      // Up only, never past where it ends, not for a single frame.
      expect(seen.toSorted((a, b) => a - b)).toEqual(seen);
    }
  });

  test("brings earlier messages at the press of a button, and keeps the place of who pressed it", async ({ page, world }) => {
    await open(page, world);
    const button = page.getByRole("button", { name: "Earlier messages" });
    await button.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status").filter({ hasText: "Earlier messages are loaded." })).toHaveCount(1);
    await expect(messages(page).locator("li:focus, li:focus-within")).toHaveCount(1);
  });

  test("keeps its place while an answer comes below, says so once, and leads there", async ({ page, world }) => {
    await open(page, world);
    await send(page, "Ada", "[demo:slow words=900 ms=40]");
    await expect(answers(page, "Ada").last()).toContainText("word1", { timeout: 120_000 });
    expect(await distanceFromEnd(page)).toBeLessThanOrEqual(1);

    await messages(page).hover();
    await page.mouse.wheel(0, -1_500);
    await settle(page);
    const row = await watchRow(page);
    const below = page.getByRole("button", { name: "New text below" });
    await expect(below).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: "New text below" })).toHaveCount(1);
    expectStill(await row.stop());

    await below.focus();
    await page.keyboard.press("Enter");
    await expect(below).toHaveCount(0);
    await expect.poll(() => distanceFromEnd(page)).toBeLessThanOrEqual(1);
    const length = (await answers(page, "Ada").last().textContent())?.length ?? 0;
    await expect.poll(async () => ((await answers(page, "Ada").last().textContent())?.length ?? 0) > length + 500).toBe(true);
    expect(await distanceFromEnd(page)).toBeLessThanOrEqual(1);
  });

  test("opened again in the middle of the answer, it goes on at its end", async ({ page, world }) => {
    await open(page, world);
    await expect(answers(page, "Ada").last()).toHaveAttribute("aria-busy", "true");
    await messages(page).evaluate((list) => (list.scrollTop -= 3_000));
    await page.reload();
    await expect(answers(page, "Ada").last()).toContainText("word1");
    await expect.poll(() => distanceFromEnd(page)).toBeLessThanOrEqual(1);
    await expect(answers(page, "Ada").last()).toHaveAttribute("aria-busy", "false", { timeout: 120_000 });
    expect(await distanceFromEnd(page)).toBeLessThanOrEqual(1);
    expect((await client.conversation(conversationId)).messages).toHaveLength(pageSize);
  });

  test("is accessible and fits, wide and narrow, in the light and in the dark", async ({ page, world }) => {
    await open(page, world);
    for (const colorScheme of ["light", "dark"] as const) {
      for (const size of [
        { width: 1440, height: 900 },
        { width: 390, height: 844 },
      ]) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await messages(page).evaluate((list) => (list.scrollTop = 0));
        await settle(page);
        await expectAccessible(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(size.width);
        const shots = process.env["MOSAIC_LOOK_AT"];
        if (shots !== undefined) await page.screenshot({ path: `${shots}/${size.width}-${colorScheme}.png` });
      }
    }
  });
});
