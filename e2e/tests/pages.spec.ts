import { expect, type Locator, type Page } from "@playwright/test";
import { expectGoodLooks, looks, narrow } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { appPages, picturedPages, sectionPages, type Section } from "../support/app-pages.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { answers, signIn, tabTo } from "../support/pages.ts";
import { storeAnswer } from "../support/stored-messages.ts";

const sections = [
  { section: "settings", name: "Settings", menuItem: "Settings" },
  { section: "admin", name: "Admin", menuItem: "Admin" },
] as const satisfies { section: Section; name: string; menuItem: string }[];

async function openSection(page: Page, { name, menuItem }: (typeof sections)[number]): Promise<Locator> {
  await page.getByRole("button", { name: /^Account and settings/ }).click();
  await page.getByRole("menuitem", { name: menuItem, exact: true }).click();
  return page.getByRole("navigation", { name, exact: true });
}

async function newConversation(page: Page, { mosaic }: World): Promise<string> {
  const { agents } = (await (await page.request.get(`${mosaic.url}/api/agents`)).json()) as { agents: { id: string }[] };
  const created = await page.request.post(`${mosaic.url}/api/conversations`, {
    headers: { origin: mosaic.url },
    data: { agentId: agents[0]?.id },
  });
  return ((await created.json()) as { id: string }).id;
}

test.use({ installation: "pages" });
test.describe.configure({ mode: "serial" });

// What is shown does not depend on the runtime, so one is enough.
test.describe("the pages @process", () => {
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
    await client.json("POST", "/api/tokens", { name: "Home automation", scopes: ["chat"], expiresInDays: 90 });
  });

  test("that there are, are all in the pictures", async () => {
    const pictured = Object.values(await picturedPages()).flat();
    const paths = new Set(pictured.map((path) => path.replace(/\?.*/, "")));
    expect([...paths].toSorted()).toEqual(await appPages());
  });

  for (const entry of sections) {
    test(`of ${entry.name} are all reached by the menu, and each is accessible and fits, wide and narrow, in the light and in the dark`, async ({
      page,
      world,
    }) => {
      test.setTimeout(240_000);
      await signIn(page, world, "root");
      const navigation = await openSection(page, entry);
      await navigation.waitFor();
      const links = await navigation.getByRole("link").all();
      const names = await Promise.all(links.map((link) => link.innerText()));
      const hrefs = await Promise.all(links.map((link) => link.getAttribute("href")));
      const all = await sectionPages(entry.section);
      expect(new Set(hrefs)).toEqual(new Set(all.filter((path) => !path.includes("?"))));
      for (const name of names) {
        await navigation.getByRole("link", { name, exact: true }).click();
        await page.getByRole("heading", { name, exact: true, level: 2 }).waitFor();
        await expectGoodLooks(page);
        await page.setViewportSize(looks[0].size);
      }
      for (const path of all.filter((address) => address.includes("?"))) {
        await page.goto(`${world.mosaic.url}${path}`);
        await page.getByRole("heading", { name: /^(?:Add an?|Declare|Import) /, level: 2 }).waitFor();
        await expectGoodLooks(page);
      }
    });
  }

  test("stand in one column: the same left edge on each, and in the settings the same width", async ({ page, world }) => {
    await signIn(page, world, "root");
    await page.setViewportSize(looks[0].size);
    const columnOf = async (path: string): Promise<{ x: number; width: number }> => {
      await page.goto(`${world.mosaic.url}${path}`);
      const section = page.locator("#main section").filter({ has: page.getByRole("heading", { level: 2 }) });
      await section.first().waitFor();
      const { x = 0, width = 0 } = (await section.first().boundingBox()) ?? {};
      return { x, width };
    };
    const first = await columnOf("/settings/agents");
    for (const path of await sectionPages("settings")) expect([path, await columnOf(path)]).toEqual([path, first]);
    // Tables of an admin are as wide as there is room.
    for (const path of await sectionPages("admin")) expect([path, (await columnOf(path)).x]).toEqual([path, first.x]);
  });

  test("have selects that a phone has room for, and that are chosen from there", async ({ page, world }) => {
    await page.setViewportSize(narrow);
    await signIn(page, world, "root");
    await page.goto(`${world.mosaic.url}/settings/agents?edit=new`);
    const select = page.getByRole("combobox", { name: "Model" });
    const fits = async (part: Locator): Promise<void> => {
      const { x = -1, width = 0 } = (await part.boundingBox()) ?? {};
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(narrow.width);
    };
    await fits(select);
    await select.click();
    const list = page.getByRole("listbox");
    await fits(list);
    await page.getByRole("option", { name: "mosaic-demo" }).click();
    await expect(list).toHaveCount(0);
    await expect(select).toHaveText(/mosaic-demo/);
    await expect(select).toBeFocused();
  });

  test("have an icon, in the page and under the name that every browser asks for", async ({ page, world }) => {
    await page.goto(`${world.mosaic.url}/login`);
    const own = await page.locator("link[rel=icon]").getAttribute("href");
    for (const address of [own ?? "", "/favicon.ico"]) {
      const size = await page.evaluate(async (src) => {
        const image = new Image();
        image.src = src;
        await image.decode();
        return image.naturalWidth;
      }, address);
      expect(size, address).toBeGreaterThan(0);
    }
    const favicon = await page.request.get(`${world.mosaic.url}/favicon.ico`);
    expect([favicon.status(), favicon.headers()["content-type"]]).toEqual([200, expect.stringMatching(/^image\//)]);
  });

  test("are reached by one menu on a phone", async ({ page, world }) => {
    await page.setViewportSize(narrow);
    await signIn(page, world, "root");
    for (const [section, here, next] of [
      ["Admin", "Users", "Audit"],
      ["Admin", "Audit", "Containers"],
      ["Settings", "Agents", "Access tokens"],
    ] as const) {
      await page.goto(`${world.mosaic.url}/${section.toLowerCase()}/${here.toLowerCase()}`);
      await page.getByRole("button", { name: `${section} pages, now: ${here}` }).click();
      await page.getByRole("menuitem", { name: next, exact: true }).click();
      await page.getByRole("heading", { name: next, exact: true, level: 2 }).waitFor();
    }
  });

  test("are used without a mouse: from the sign-in over a saved setting to a message and its end", async ({ page, world }) => {
    const { keyboard } = page;
    await page.goto(`${world.mosaic.url}/login`);
    await tabTo(page, page.getByLabel("User name"));
    await keyboard.type("root");
    await tabTo(page, page.getByLabel("Password", { exact: true }));
    await keyboard.type(world.canaries.password);
    await keyboard.press("Enter");
    await page.waitForURL(/\/chat/);
    await expect(page.getByRole("textbox", { name: "Message Ada" })).toBeFocused();
    // The wizard has set it already.
    const unset = { data: { backend: null, model: null, fallbacks: [] }, headers: { origin: world.mosaic.url } };
    expect((await page.request.put(`${world.mosaic.url}/api/model-defaults`, unset)).ok()).toBe(true);

    await tabTo(page, page.getByRole("button", { name: /^Account and settings/ }));
    await keyboard.press("Enter");
    await expect(page.getByRole("menuitem", { name: "Agents" })).toBeFocused();
    await keyboard.press("Escape");
    await expect(page.getByRole("button", { name: /^Account and settings/ })).toBeFocused();
    await keyboard.press("Enter");
    for (const name of ["Agents", "Providers", "Settings"]) {
      await expect(page.getByRole("menuitem", { name })).toBeFocused();
      if (name !== "Settings") await keyboard.press("ArrowDown");
    }
    await keyboard.press("Enter");
    await tabTo(page, page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Models" }));
    await keyboard.press("Enter");
    const all = page.getByRole("form", { name: "For all agents" });
    await tabTo(page, all.getByRole("combobox", { name: "Model" }));
    await keyboard.press("ArrowDown");
    await expect(page.getByRole("option", { name: "mosaic-demo" })).toBeFocused();
    await keyboard.press("Enter");
    await tabTo(page, all.getByRole("button", { name: "Save default" }));
    await keyboard.press("Enter");
    await all.getByText("Used now: mosaic-demo · Demo · from your default for all agents").waitFor();

    await tabTo(page, page.getByRole("link", { name: "New chat", exact: true }));
    await keyboard.press("Enter");
    await expect(page.getByRole("textbox", { name: "Message Ada" })).toBeFocused();
    await keyboard.type("Written without a mouse");
    await keyboard.press("Enter");
    await page.getByRole("article", { name: "You" }).getByText("Written without a mouse").waitFor();
    await page.getByRole("button", { name: "Stop answering" }).waitFor();
    await keyboard.press("Escape");
    await page.getByText("You stopped this answer.").waitFor();
  });

  for (const { what, begin, text, reason } of [
    {
      what: "2,000 quotes inside of each other",
      begin: ">>>>>",
      text: `${">".repeat(2_000)} deep down`,
      reason: "too many quotes or lists",
    },
    {
      what: "a megabyte of ordinary Markdown",
      begin: "## Chapter 1",
      text: Array.from(
        { length: 13_000 },
        (_, at) => `## Chapter ${at + 1}\n\nSome **bold** words, a [link](https://example.org) and \`code\`.\n`,
      ).join("\n"),
      reason: "too long to be formatted",
    },
  ]) {
    test(`open a conversation with ${what}, show its text and stay at hand`, async ({ page, world }) => {
      await signIn(page, world, "root");
      const id = await newConversation(page, world);
      await storeAnswer(world, id, "A short answer before.");
      await storeAnswer(world, id, text);
      await page.goto(`${world.mosaic.url}/chat?id=${id}`);
      await expect(answers(page, "Ada").first()).toContainText("A short answer before.");
      const long = answers(page, "Ada").nth(1);
      await expect(long).toContainText(begin);
      await expect(long).toContainText(reason);
      // A page whose thread is taken answers none of it.
      await page.getByRole("textbox", { name: "Message Ada" }).fill("Still here");
      await expect(page.getByRole("textbox", { name: "Message Ada" })).toHaveValue("Still here");
      await page.getByRole("link", { name: "New chat", exact: true }).click();
      await expect(answers(page, "Ada")).toHaveCount(0);
    });
  }

  test("show what an agent thought and did beside its answer, closed until asked for, in every look and by the keyboard", async ({
    page,
    world,
  }) => {
    await signIn(page, world, "root");
    const id = await newConversation(page, world);
    await storeAnswer(world, id, [
      { type: "reasoning", text: "They want to know what is in the file.\nI should read it first." },
      {
        type: "tool_call",
        id: "1",
        name: "read",
        state: "completed",
        input: '{"path":"notes/a-rather-long-name-of-a-file.md"}',
        output: "x".repeat(3_000),
      },
      { type: "tool_call", id: "2", name: "exec", state: "failed", input: "cat missing", output: "No such file" },
      { type: "text", text: "It says **42**." },
      { type: "file", name: "report.pdf", mediaType: "application/pdf", sizeBytes: 1_000 },
    ]);
    await page.goto(`${world.mosaic.url}/chat?id=${id}`);
    const answer = answers(page, "Ada").first();
    await expect(answer).toContainText("It says 42.");
    await expect(answer.getByText("I should read it first.")).toBeHidden();
    await expectGoodLooks(page);
    for (const name of [/^Thoughts/, /^read done/, /^exec failed/]) {
      const summary = answer.locator("summary").filter({ hasText: name });
      await tabTo(page, summary);
      await page.keyboard.press("Enter");
    }
    await expect(answer.getByText("I should read it first.")).toBeVisible();
    await expect(answer.getByLabel("Result").last()).toHaveText("No such file");
    await expectGoodLooks(page);
  });

  test("of Admin let an admin invite somebody, who is a member and sees that these pages are not for them", async ({
    page,
    browser,
    world,
  }) => {
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
