import { expect, type Browser, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { nextAnswer, send, tabTo } from "../support/pages.ts";

test.use({ installation: "first-hour" });
test.describe.configure({ mode: "serial" });

const password = "a fine long sentence";

/** Somebody with a browser of their own, wide or as narrow as a phone. */
async function person(browser: Browser, viewport = { width: 1440, height: 900 }): Promise<Page> {
  return (await browser.newContext({ reducedMotion: "reduce", viewport })).newPage();
}

async function expectNothingCutOff(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
}

// Who gets which agent does not depend on the runtime, so one is enough.
test.describe("the first hour of a team @process", () => {
  let admin: Page;

  test.beforeAll(async ({ browser, world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    admin = await person(browser);
  });

  test.afterAll(async () => {
    await admin?.context().close();
  });

  async function inviteLink(url: string): Promise<string> {
    await admin.goto(`${url}/admin/invites`);
    await admin.getByRole("button", { name: "New invite" }).first().click();
    await admin.getByRole("button", { name: "Create invite" }).click();
    return admin.getByText(/#invite=/).innerText();
  }

  async function signUp(page: Page, link: string, name: string): Promise<void> {
    await page.goto(link);
    await page.getByLabel("User name").fill(name);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await expectAccessible(page);
    await expectNothingCutOff(page);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.waitForURL(/\/chat/);
  }

  test("the wizard asks whether everybody may use the model, and says what that means for whoever is invited", async ({ world }) => {
    await admin.goto(world.mosaic.setupUrl ?? "");
    await admin.getByLabel("User name").fill("root");
    await admin.getByLabel("Password", { exact: true }).fill(world.canaries.password);
    await admin.getByRole("button", { name: "Create administrator" }).click();
    await admin.getByRole("button", { name: "Skip for now" }).click();
    await admin.getByRole("radio", { name: /Demo model/ }).click();
    await expect(admin.getByText("The connection works")).toBeVisible();
    await admin.getByRole("button", { name: "Save and continue" }).click();
    await admin.getByLabel("Name", { exact: true }).fill("Ada");
    await admin.getByRole("radio", { name: /Plain processes/ }).click();
    await admin.getByRole("checkbox", { name: /does not isolate/ }).check();
    await expect(admin.getByRole("checkbox", { name: "Let everybody here use this model" })).not.toBeChecked();
    await expectAccessible(admin);
    await admin.getByRole("button", { name: "Create agent" }).click();
    await expect(admin.getByText("Whoever you invite needs a key of their own")).toBeVisible();
    await expectAccessible(admin);
    await admin.getByRole("button", { name: "Finish and start chatting" }).click();
    await admin.waitForURL(/\/chat/);
  });

  test("a member without a model is told who has to do what", async ({ world, browser }) => {
    const ann = await person(browser, { width: 390, height: 844 });
    await signUp(ann, await inviteLink(world.mosaic.url), "ann");
    await expect(ann.getByText("Your agent is waiting for a model")).toBeVisible();
    await expectAccessible(ann);
    await expectNothingCutOff(ann);
    await ann.context().close();
  });

  test("the invites say that new people can't chat yet, and one button changes that", async ({ world }) => {
    await admin.goto(`${world.mosaic.url}/admin/invites`);
    await expect(admin.getByText("New people can’t chat yet")).toBeVisible();
    await expectAccessible(admin);
    await admin.getByRole("button", { name: /^Share Demo model/ }).click();
    await expect(admin.getByText(/New people get an agent at once/)).toBeVisible();
    await expectAccessible(admin);
  });

  for (const [name, viewport] of [
    ["bob", { width: 1440, height: 900 }],
    ["carol", { width: 390, height: 844 }],
  ] as const) {
    test(`an invited member lands in a chat with an agent that answers, ${viewport.width} px wide`, async ({ world, browser }) => {
      const page = await person(browser, viewport);
      await signUp(page, await inviteLink(world.mosaic.url), name);
      const greeting = page.getByRole("heading", { name: new RegExp(`^Hello ${name}, I’m \\w+$`) });
      await expect(greeting).toBeVisible();
      const agent = /I’m (\w+)$/.exec(await greeting.innerText())?.[1] ?? "";
      await expectAccessible(page);
      await expectNothingCutOff(page);
      const running =
        "SELECT 1 FROM agent_containers c JOIN agents a ON a.id = c.agent_id JOIN users u ON u.id = a.owner_id WHERE u.username = ";
      expect(await world.database.query(`${running}'${name}'`)).toEqual([]);
      await send(page, agent, `Good morning from ${name}`);
      await expect(await nextAnswer(page, agent, 1, 180_000)).toContainText(`Good morning from ${name}`);
      await expectAccessible(page);
      await page.context().close();
    });
  }

  test("from the invitation to the first message are two fields and one page more, by the keyboard alone", async ({ world, browser }) => {
    const page = await person(browser);
    const { keyboard } = page;
    const paths: string[] = [];
    page.on("framenavigated", (frame) => {
      const { pathname } = new URL(frame.url());
      if (frame === page.mainFrame() && paths.at(-1) !== pathname) paths.push(pathname);
    });
    await page.goto(await inviteLink(world.mosaic.url));
    const [name, secret] = [page.getByLabel("User name"), page.getByLabel("Password", { exact: true })];
    await tabTo(page, name);
    const asked = "input:visible, select:visible, textarea:visible, [role=checkbox]:visible, [role=radio]:visible";
    await expect(page.locator("form").locator(asked)).toHaveCount(2);
    await keyboard.type("erin", { delay: 80 });
    await keyboard.press("Tab");
    await expect(secret).toBeFocused();
    await keyboard.type(password, { delay: 80 });
    await keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: /^Hello erin, I’m \w+$/ })).toBeVisible();
    // Nothing is chosen, closed or pressed before the first word.
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByRole("textbox", { name: /^Message/ })).toBeFocused();
    await keyboard.type("What can you do?", { delay: 80 });
    await keyboard.press("Enter");
    await expect(page.getByRole("article", { name: "You" })).toContainText("What can you do?");
    await expect(page.getByRole("textbox", { name: /^Message/ })).toHaveValue("");
    const kept = `SELECT m.role FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN users u ON u.id = c.user_id
      WHERE m.role = 'user' AND u.username = 'erin'`;
    await expect.poll(async () => world.database.query(kept)).toHaveLength(1);
    expect(paths).toEqual(["/sign-up", "/chat"]);
    // Its agent need not start for this.
    await keyboard.press("Escape");
    await expect(page.getByText("You stopped this answer.")).toBeVisible();
    await page.context().close();
  });

  test("two tabs that enter at once show one and the same agent", async ({ world, browser }) => {
    const page = await person(browser);
    await page.goto(await inviteLink(world.mosaic.url));
    await page.getByLabel("User name").fill("dave");
    await page.getByLabel("Password", { exact: true }).fill(password);
    const other = await page.context().newPage();
    await page.getByRole("button", { name: "Create account" }).click();
    await page.waitForURL(/\/chat/);
    await other.goto(`${world.mosaic.url}/chat`);
    await Promise.all([page, other].map(async (tab) => expect(tab.getByRole("heading", { name: /^Hello dave, I’m/ })).toBeVisible()));
    const agents = "SELECT 1 FROM agents a JOIN users u ON u.id = a.owner_id WHERE u.username = 'dave'";
    expect(await world.database.query(agents)).toHaveLength(1);
    await page.context().close();
  });
});
