import { expect, type Locator, type Page } from "@playwright/test";
import { expectAccessible, expectGoodLooks, narrow } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { signIn } from "../support/pages.ts";

test.use({ installation: "branches" });
test.describe.configure({ mode: "serial" });

const article = (page: Page, name: string, at: number): Locator => page.getByRole("article", { name }).nth(at);
const answers = (page: Page): Locator => page.getByRole("article", { name: "Ada" });

/** The demo model tells how many messages it was sent, so its answers say what its agent knew. */
const sent = (count: number): RegExp => new RegExp(`I was sent ${count} messages?\\.`);

test.describe("branches @process", () => {
  let client: ApiClient;
  let conversationId: string;

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
    await client.turn(conversationId, "first");
    await client.turn(conversationId, "second");
  });

  test("come of an edited message and of an answer asked for again; arrows go back, and the agent follows", async ({
    page,
    context,
    world,
  }) => {
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}/chat?id=${conversationId}`);
    const other = await context.newPage();
    await other.goto(`${world.mosaic.url}/chat?id=${conversationId}`);
    await expect(answers(other)).toHaveCount(2);

    // Escape leaves the message as it was, and the focus where it was.
    const edit = article(page, "You", 1).getByRole("button", { name: "Edit message" });
    await edit.press("Enter");
    await expect(page.getByRole("textbox", { name: "Your message" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(edit).toBeFocused();

    await edit.press("Enter");
    await page.getByRole("textbox", { name: "Your message" }).fill("another");
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    for (const each of [page, other]) {
      await expect(article(each, "Ada", 1)).toContainText(sent(3));
      await expect(article(each, "You", 1)).toContainText("another");
      await expect(article(each, "You", 1)).toContainText("2 of 2");
      await expect(answers(each)).toHaveCount(2);
    }

    await article(page, "Ada", 0).getByRole("button", { name: "Answer again" }).click();
    await expect(answers(page)).toHaveCount(1);
    await expect(article(page, "Ada", 0)).toContainText(sent(1));
    await expect(article(page, "Ada", 0)).toContainText("2 of 2");
    await expect(article(other, "Ada", 0)).toContainText("2 of 2");

    // Back by the keyboard, on the other page: both show it, and what follows it.
    await article(other, "Ada", 0).getByRole("button", { name: "Previous version" }).press("Enter");
    await expect(article(other, "Ada", 0).getByRole("button", { name: "Previous version" })).toBeFocused();
    for (const each of [page, other]) {
      await expect(article(each, "You", 1)).toContainText("another");
    }
    await article(page, "You", 1).getByRole("button", { name: "Previous version" }).click();
    await expect(article(page, "You", 1)).toContainText("second");
    await client.turn(conversationId, "third");
    await expect(article(page, "Ada", 2)).toContainText(sent(5));
    await expectAccessible(page);
    await page.setViewportSize(narrow);
    await expectGoodLooks(page);
  });

  test("are found by the address of a message on them", async ({ page, world }) => {
    await signIn(page, world, "root");
    const { messages } = await client.conversation(conversationId);
    const hidden = messages[2]?.versions?.nextId ?? "";
    await page.goto(`${world.mosaic.url}/chat?id=${conversationId}&message=${hidden}`);
    await expect(article(page, "You", 1)).toContainText("another");
    await expect(page).not.toHaveURL(/message=/);
  });
});
