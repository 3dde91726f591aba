import { expect, type Locator, type Page } from "@playwright/test";
import { expectAccessible, looks } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { nextAnswer, send, signIn } from "../support/pages.ts";

test.use({ installation: "chat-header" });
test.describe.configure({ mode: "serial" });

const models = [
  { id: "mosaic-demo", contextWindow: 32_768, prices: { inputMicrosPerMillion: 2_000_000, outputMicrosPerMillion: 8_000_000 } },
  { id: "mosaic-demo-with-quite-a-long-name-as-some-have" },
];

const overlap = async (all: readonly Locator[]): Promise<string[]> => {
  const boxes = await Promise.all(all.map(async (one) => one.boundingBox()));
  return boxes.flatMap((a, left) =>
    boxes.slice(left + 1).flatMap((b, right) => {
      if (a === null || b === null) return [];
      const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      return isApart ? [] : [`${left} and ${left + 1 + right}`];
    }),
  );
};

const menu = (page: Page, model: string): Locator => page.getByRole("button", { name: `Model of Ada: ${model}` });

/** What tells an agent from another at a glance: its emoji and its colour. */
const lookOf = async (place: Locator): Promise<{ emoji: string | null; colour: string }> =>
  place.locator(".agent-face").evaluate((face) => ({ emoji: face.textContent, colour: getComputedStyle(face).backgroundColor }));

test.describe("the header of a chat @process", () => {
  let client: ApiClient;
  let ada: string;
  let bob: string;

  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    client = new ApiClient(() => world.mosaic.url);
    const { agent, provider } = await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models },
    });
    const model = { providerId: provider.id, model: "mosaic-demo" };
    ada = agent.id;
    bob = (await client.json<{ id: string }>("POST", "/api/agents", { name: "Bob", model, suggestions: ["Sum up my mails"] })).id;
  });

  test("names the model, and chooses another one for the agent", async ({ page, world }) => {
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}/chat`);
    await menu(page, "mosaic-demo").click();
    await expect(page.getByText("Changes the model of Ada everywhere")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("menuitemradio", { name: /quite-a-long-name/ }).click();
    await expect(menu(page, models[1]?.id ?? "")).toBeVisible();
  });

  test("fits beside the status, the badge and the choice of an agent in every look", async ({ page, world }) => {
    await signIn(page, world, "root");
    const bar = page.locator("header");
    for (const { size, colorScheme } of looks) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const parts = [
        bar.getByText("Stopped", { exact: true }),
        menu(page, models[1]?.id ?? ""),
        bar.getByText("No isolation"),
        bar.getByRole("combobox", { name: "Agent" }),
      ];
      for (const part of parts) await expect(part).toBeVisible();
      expect(await overlap(parts)).toEqual([]);
      expect(await bar.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
      await expectAccessible(page);
    }
    await bar.getByRole("combobox", { name: "Agent" }).click();
    await page.getByRole("option", { name: /Bob/ }).click();
    await page.getByRole("button", { name: "Sum up my mails" }).click();
    await expect(page.getByRole("textbox", { name: "Message Bob" })).toHaveValue("Sum up my mails");
  });

  test("an answer of the real agent says its model, how full the context is and what it cost", async ({ page, world }) => {
    await signIn(page, world, "root");
    await menu(page, models[1]?.id ?? "").click();
    await page.getByRole("menuitemradio", { name: "mosaic-demo", exact: true }).click();
    await expect(menu(page, "mosaic-demo")).toBeVisible();
    await send(page, "Ada", "hello");
    const answer = await nextAnswer(page, "Ada", 1, 120_000);
    const use = answer.getByRole("button", { name: /^Use of this answer: [\d,]+ tokens · \d+ % of the context · \$0\.\d+$/ });
    await use.click();
    await expect(answer.getByText(/^[\d,]+ of 32,768 tokens \(\d+ %\)$/)).toBeVisible();
    await expectAccessible(page);
  });

  test("commands are above what is found, and shortcuts are listed and can be switched off", async ({ page, world }) => {
    await signIn(page, world, "root");
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("combobox", { name: "Search conversations" })).toBeFocused();
    await page.keyboard.type("dark th");
    await page.keyboard.press("Enter");
    await expect(page.locator("html")).toHaveClass(/dark/);
    const shortcuts = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    // In the field it is a sign like any other.
    await page.getByRole("textbox", { name: /^Message/ }).focus();
    await page.keyboard.press("?");
    await expect(page.getByRole("textbox", { name: /^Message/ })).toHaveValue("?");
    await page.getByRole("textbox", { name: /^Message/ }).fill("");
    await page.getByRole("link", { name: "New chat", exact: true }).focus();
    await page.keyboard.press("?");
    await expect(shortcuts).toBeVisible();
    await expectAccessible(page);
    await shortcuts.getByRole("switch", { name: "Single-key shortcuts" }).click();
    await page.keyboard.press("Escape");
    await expect(shortcuts).toHaveCount(0);
    await page.getByRole("link", { name: "New chat", exact: true }).focus();
    await page.keyboard.press("?");
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("combobox", { name: "Search conversations" })).toBeFocused();
    await page.keyboard.type("audit");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/admin\/audit/);
    await expect(shortcuts).toHaveCount(0);
  });

  test("and the list and the settings show each agent in its own emoji and colour, and the list names them as long as there are several", async ({
    page,
    world,
  }) => {
    const conversations = { Ada: await client.newConversation(ada), Bob: await client.newConversation(bob) };
    for (const [name, id] of Object.entries(conversations)) {
      await client.json("PATCH", `/api/conversations/${id}`, { title: `About ${name}` });
    }
    await signIn(page, world, "root");
    const row = (name: string): Locator =>
      page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: `About ${name}` });
    const looks = new Map<string, unknown>();
    for (const [name, id] of Object.entries(conversations)) {
      await page.goto(`${world.mosaic.url}/chat?id=${id}`);
      await expect(page.getByRole("textbox", { name: `Message ${name}` })).toBeVisible();
      const look = await lookOf(page.locator("header"));
      expect(await lookOf(row(name))).toEqual(look);
      await expect(row(name)).toHaveAccessibleName(new RegExp(`with\\s+${name}$`));
      looks.set(name, look);
    }
    const [first, second] = [...looks.values()] as Awaited<ReturnType<typeof lookOf>>[];
    expect(first?.emoji).toMatch(/\p{Extended_Pictographic}/u);
    expect(second?.emoji).not.toBe(first?.emoji);
    expect(second?.colour).not.toBe(first?.colour);
    await page.goto(`${world.mosaic.url}/settings/agents`);
    for (const [name, look] of looks) {
      expect(await lookOf(page.getByRole("listitem").filter({ has: page.getByRole("heading", { name }) }))).toEqual(look);
    }
    // With one agent there is nothing to tell apart.
    await page.goto(`${world.mosaic.url}/chat?id=${conversations.Ada}`);
    await expect(row("Ada").locator(".agent-face")).toBeVisible();
    const { status } = await client.request("DELETE", `/api/agents/${bob}`);
    expect(status).toBe(204);
    await expect(row("Bob")).toHaveCount(0);
    await expect(row("Ada").locator(".agent-face")).toHaveCount(0);
    await expect(row("Ada")).toHaveAccessibleName("About Ada");
  });
});
