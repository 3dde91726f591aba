import type { SayAgentEvent } from "@mosaic/contracts/agent-event";
import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { agentSpeaks } from "../support/agent-speaks.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { nextAnswer, send, signIn } from "../support/pages.ts";

test.use({ installation: "several-devices" });
test.describe.configure({ mode: "serial" });

const box = (page: Page) => page.getByRole("textbox", { name: "Message Ada" });
const row = (page: Page, title: string) => page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: title });
const dot = (page: Page, title: string) => row(page, title).getByRole("img", { name: "unread" });

// What is shown does not depend on the runtime, so one is enough.
test.describe("two devices of one person @process", () => {
  let client: ApiClient;
  let ada: string;
  let contexts: BrowserContext[] = [];

  const device = async (browser: Browser, world: World, path: string): Promise<Page> => {
    const context = await browser.newContext();
    contexts.push(context);
    const page = await context.newPage();
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}${path}`);
    return page;
  };

  const begin = async (title: string): Promise<string> => {
    const id = await client.newConversation(ada);
    await client.json("PATCH", `/api/conversations/${id}`, { title });
    return id;
  };

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
    ada = agent.id;
  });

  test.afterEach(async () => {
    await Promise.all(contexts.map(async (context) => context.close()));
    contexts = [];
  });

  test("an answer is marked in the other one's list while it comes, and stopped from there", async ({ browser, world }) => {
    const [roof, cellar] = [await begin("Roof"), await begin("Cellar")];
    const laptop = await device(browser, world, `/chat?id=${roof}`);
    const phone = await device(browser, world, `/chat?id=${cellar}`);
    const answering = (page: Page) => row(page, "Roof").getByRole("img", { name: "answering" });
    await send(laptop, "Ada", "[demo:hang]");
    for (const page of [laptop, phone]) {
      await expect(answering(page)).toBeVisible({ timeout: 120_000 });
    }
    await phone.reload();
    await expect(answering(phone)).toBeVisible();
    await row(phone, "Roof").hover();
    await phone.getByRole("button", { name: "Actions for Roof" }).click();
    await phone.getByRole("menuitem", { name: "Stop answering" }).click();
    for (const page of [laptop, phone]) {
      await expect(answering(page)).toHaveCount(0);
    }
    await expect(laptop.getByText("You stopped this answer in another window.")).toBeVisible();
  });

  test("an answer is unread on the other one, until it was seen there", async ({ browser, world }) => {
    const [garden, kitchen] = [await begin("Garden"), await begin("Kitchen")];
    const laptop = await device(browser, world, `/chat?id=${garden}`);
    const phone = await device(browser, world, `/chat?id=${kitchen}`);
    await send(laptop, "Ada", "hello");
    // It goes on without its page.
    await laptop.getByRole("button", { name: "Stop answering" }).waitFor();
    await row(laptop, "Kitchen").click();
    await expect(box(laptop)).toBeVisible();
    for (const page of [laptop, phone]) {
      await expect(dot(page, "Garden")).toBeVisible({ timeout: 120_000 });
      await expect(page).toHaveTitle("(1) Kitchen · Mosaic");
    }
    await expectAccessible(phone);
    await row(phone, "Garden").click();
    await nextAnswer(phone, "Ada", 1);
    await expect(phone).toHaveTitle("Garden · Mosaic");
    await expect(dot(laptop, "Garden")).toHaveCount(0);
    await expect(laptop).toHaveTitle("Kitchen · Mosaic");
    await laptop.reload();
    await expect(row(laptop, "Garden")).toBeVisible();
    await expect(dot(laptop, "Garden")).toHaveCount(0);
  });

  test("what is typed on one is there on the other and after a reload, and gone from both once it is sent", async ({ browser, world }) => {
    const id = await begin("Letters");
    const laptop = await device(browser, world, `/chat?id=${id}`);
    const phone = await device(browser, world, `/chat?id=${id}`);
    await expect(box(phone)).toBeVisible();
    await box(laptop).pressSequentially("Dear aunt");
    await expect(box(phone)).toHaveValue("Dear aunt");
    await box(phone).fill("Dear aunt, and uncle");
    // Not under the fingers, but soon after.
    await expect(box(laptop)).toHaveValue("Dear aunt, and uncle", { timeout: 15_000 });
    await laptop.reload();
    await expect(box(laptop)).toHaveValue("Dear aunt, and uncle");
    const third = await device(browser, world, `/chat?id=${id}`);
    await expect(box(third)).toHaveValue("Dear aunt, and uncle");
    await box(laptop).press("Enter");
    await expect(box(laptop)).toHaveValue("");
    for (const page of [phone, third]) {
      await expect(box(page)).toHaveValue("", { timeout: 15_000 });
    }
    await nextAnswer(phone, "Ada", 1);
    await phone.reload();
    await nextAnswer(phone, "Ada", 1);
    await expect(box(phone)).toHaveValue("");
  });

  test("what an agent says by itself is on both at once, unread, in each kind's own look; and the agent knows of it once", async ({
    browser,
    world,
  }) => {
    const [news, elsewhere] = [await begin("News"), await begin("Elsewhere")];
    await client.turn(news, "hello");
    const laptop = await device(browser, world, `/chat?id=${elsewhere}`);
    const phone = await device(browser, world, `/chat?id=${news}`);
    await nextAnswer(phone, "Ada", 1);
    const tell = async (kind: SayAgentEvent["kind"], text: string): Promise<void> =>
      agentSpeaks(world, ada, { kind, text, conversationId: news });
    await tell("assistant", "The **pumpkin** is ripe.");
    await tell("system", "Watering began.\n<b>Mosaic</b> says: **ignore** this");
    await tell("error", "The pump does not answer.");
    const said = (kind: string) => phone.getByRole("article", { name: kind });
    await expect(said("Ada wrote without being asked").locator("[data-streamdown=strong]")).toHaveText("pumpkin");
    await expect(said("Note from Ada")).toContainText("<b>Mosaic</b> says: **ignore** this");
    await expect(said("Ada reports an error")).toContainText("The pump does not answer.");
    await expectAccessible(phone);
    // What the phone shows is seen there, and so everywhere.
    await expect(row(laptop, "News")).toBeVisible();
    await expect(dot(laptop, "News")).toHaveCount(0);
    await row(phone, "Elsewhere").click();
    await expect(phone).toHaveTitle("Elsewhere · Mosaic");
    await tell("assistant", "And the melon.");
    for (const page of [laptop, phone]) {
      await expect(dot(page, "News")).toBeVisible();
    }
    // The demo model says back what it was sent: the real OpenClaw has passed the quotes on, and the next time it does not.
    const told = await client.turn(news, "What is ripe?");
    expect(told.text).toContain("> The **pumpkin** is ripe.");
    expect(told.text).toContain("> And the melon.");
    expect(told.text).toContain("What is ripe?");
    const after = await client.turn(news, "And now?");
    expect(after.text).not.toContain("pumpkin");
  });

  test("what the command palette does with the open conversation shows on the other one at once", async ({ browser, world }) => {
    const id = await begin("Orchard");
    const laptop = await device(browser, world, `/chat?id=${id}`);
    const phone = await device(browser, world, `/chat?id=${id}`);
    const list = (page: Page) => page.getByRole("navigation", { name: "Conversations" });
    const pinned = (page: Page) => list(page).getByRole("region", { name: "Pinned" }).locator("[data-title]");
    const command = async (typed: string, title: string): Promise<void> => {
      await laptop.keyboard.press("Control+k");
      await expect(laptop.getByRole("combobox", { name: "Search conversations" })).toBeFocused();
      await laptop.keyboard.type(typed);
      await expect(laptop.getByRole("option", { selected: true })).toContainText(title);
      await laptop.keyboard.press("Enter");
    };
    await expect(box(phone)).toBeVisible();
    await send(laptop, "Ada", "[demo:slow ms=300 words=200]");
    for (const page of [laptop, phone]) {
      await expect(page.getByRole("article", { name: "Ada", exact: true })).toContainText("word3", { timeout: 120_000 });
    }
    await command("stop", "Stop the answer");
    await expect(laptop.getByText("You stopped this answer.")).toBeVisible();
    await expect(phone.getByText("You stopped this answer in another window.")).toBeVisible();
    await command("pin", "Pin this conversation");
    for (const page of [laptop, phone]) await expect(pinned(page)).toHaveText(["Orchard"]);
    await command("rename", "Rename this conversation");
    await expect(laptop.getByLabel("Title")).toBeFocused();
    await laptop.keyboard.press("Control+a");
    await laptop.keyboard.type("Meadow");
    await laptop.keyboard.press("Enter");
    for (const page of [laptop, phone]) {
      await expect(pinned(page)).toHaveText(["Meadow"]);
      // Another conversation may be unread.
      await expect(page).toHaveTitle(/^(\(\d+\) )?Meadow · Mosaic$/);
    }
    await command("archive", "Archive this conversation");
    for (const page of [laptop, phone]) await expect(row(page, "Meadow")).toHaveCount(0);
    await command("unarch", "Unarchive this conversation");
    for (const page of [laptop, phone]) await expect(row(page, "Meadow")).toBeVisible();
  });

  test("and the audit has what was done in words, with the chat messages as one line until they are asked for", async ({
    browser,
    world,
  }) => {
    const id = await begin("Ledger");
    for (const content of ["Nobody but me reads this", "Nor this", "Nor that"]) await client.turn(id, content);
    const page = await device(browser, world, "/admin/audit");
    const table = page.getByRole("table", { name: "Audit log" });
    const opener = page.getByRole("button", { name: /^Show each of \d+ chat messages$/ }).first();
    await expect(opener).toHaveAttribute("aria-expanded", "false");
    const count = Number(/\d+/.exec((await opener.getAttribute("aria-label")) ?? "")?.[0]);
    const folded = await table.getByRole("row").count();
    await expect(
      table
        .getByRole("row")
        .filter({ hasText: /^\d+ chat messages/ })
        .first(),
    ).toBeVisible();
    await expectAccessible(page);
    await opener.press("Enter");
    await expect(opener).toHaveAttribute("aria-expanded", "true");
    await expect(table.getByRole("row")).toHaveCount(folded + count);
    await expect(table.getByRole("row").filter({ hasText: "Sent a message" }).first()).toBeVisible();
    await expect(table).not.toContainText(/\b[a-z]+(?:_[a-z]+)*\.[a-z_]+\b/);
    // What an entry says of itself has its labels in words too, and none of what people write.
    for (const details of await page.getByRole("button", { name: /^Details of: / }).all()) await details.press("Enter");
    const labels = await table.locator("dt").allInnerTexts();
    expect(labels.length).toBeGreaterThan(count);
    expect(labels.filter((label) => !/^\p{Lu}[\p{L} ,-]*(?:\(ID\))?$/u.test(label))).toEqual([]);
    await expect(table).not.toContainText("Nobody but me");
    await expectAccessible(page);
    await opener.press("Enter");
    await expect(opener).toHaveAttribute("aria-expanded", "false");
  });
});
