import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectGoodLooks } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { chooseImport, fromChatGpt, fromLibreChat, fromOpenWebUi, zipOf } from "../support/import-files.ts";
import { answers, nextAnswer, send, signIn } from "../support/pages.ts";

test.use({ installation: "in-out" });
test.describe.configure({ mode: "serial" });

// What comes in and goes out does not depend on the runtime.
test.describe("conversations in and out @process", () => {
  let page: Page;
  let link = "";

  test.beforeAll(async ({ world, browser }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    const client = new ApiClient(() => world.mosaic.url);
    await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
      sharesModel: true,
    });
    const { code } = await client.json<{ code: string }>("POST", "/api/admin/invites", {});
    const ann = new ApiClient(() => world.mosaic.url);
    await ann.json("POST", "/api/auth/sign-up", {
      inviteCode: code,
      username: "ann",
      displayName: "Ann",
      password: world.canaries.password,
    });
    page = await (await browser.newContext()).newPage();
    await signIn(page, world, "root");
  });

  test.afterAll(async () => {
    await page.context().close();
  });

  test("a file of Open WebUI and one of LibreChat are imported, with their branches", async ({ world }) => {
    await page.goto(`${world.mosaic.url}/settings/data`);
    await chooseImport(page, "chat-export.json", "application/json", Buffer.from(JSON.stringify(fromOpenWebUi)));
    await expect(page.getByText("1 conversation added, with 3 messages.")).toBeVisible();
    await chooseImport(page, "librechat.json", "application/json", Buffer.from(JSON.stringify(fromLibreChat)));
    await expect(page.getByText("1 conversation added, with 2 messages.")).toBeVisible();
    await page.goto(`${world.mosaic.url}/chat`);
    await page.getByRole("link", { name: /A lighthouse at night/ }).click();
    await expect(page.getByText("Twenty miles.")).toBeVisible();
    await page.getByRole("link", { name: /A boat in the harbour/ }).click();
    await expect(page.getByText("A sloop.")).toBeVisible();
    await page.getByRole("button", { name: "Previous version" }).click();
    await expect(page.getByText("A cutter.")).toBeVisible();
  });

  test("an archive of ChatGPT is imported, with a report, and adds nothing twice", async ({ world }) => {
    await page.goto(`${world.mosaic.url}/settings/data`);
    const archive = await zipOf({ "user.json": { email: "ann@example.org" }, "conversations.json": fromChatGpt });
    const again = async (): Promise<void> => chooseImport(page, "chatgpt.zip", "application/zip", archive);
    await again();
    await expect(page.getByText("1 conversation added, with 3 messages.")).toBeVisible();
    await expect(page.getByText("Left out: 1 conversation, of a kind that Mosaic does not know.")).toBeVisible();
    await expect(page.getByText("System instructions: 1")).toBeVisible();
    await expectGoodLooks(page);
    await page.setViewportSize({ width: 1440, height: 900 });
    await again();
    await expect(page.getByText("Here already: 1 conversation.")).toBeVisible();
  });

  test("it stands in the list, and its agent is told what was said before when one goes on", async ({ world }) => {
    await page.goto(`${world.mosaic.url}/chat`);
    await page.getByRole("link", { name: /A garden by the sea/ }).click();
    await expect(page.getByText("Roses")).toBeVisible();
    await expect(page.getByText("does not know this conversation yet")).toBeVisible();
    await expectAccessible(page);
    const agentName = (await page.getByRole("textbox", { name: /^Message/ }).getAttribute("aria-label"))?.replace("Message ", "") ?? "";
    const before = await answers(page, agentName).count();
    await send(page, agentName, "And in winter?");
    await nextAnswer(page, agentName, before + 1);
    await expect(page.getByText("does not know this conversation yet")).toHaveCount(0);
  });

  test("it is exported from its menu, as what was said in quotes", async () => {
    await page.getByRole("button", { name: "Actions for A garden by the sea" }).click();
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Export as Markdown" }).click()]);
    expect(saved.suggestedFilename()).toBe("A-garden-by-the-sea.md");
    const written = await readFile(await saved.path(), "utf8");
    expect(written).toContain("> What grows by the sea?");
    expect(written).toContain("> **Roses**, and &lt;script>alert(1)&lt;/script> !\\[x]");
    expect(written).toContain("## Another version, after message 1");
  });

  test("all are exported as JSON Lines, and imported again add nothing twice", async ({ world }) => {
    await page.goto(`${world.mosaic.url}/settings/data`);
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export as JSON Lines" }).click()]);
    expect(saved.suggestedFilename()).toBe("mosaic-conversations.jsonl");
    const lines = await readFile(await saved.path());
    expect(lines.toString("utf8").split("\n")[0]).toContain('"format":"mosaic-conversations"');
    await chooseImport(page, "mosaic-conversations.jsonl", "application/jsonl", lines);
    await expect(page.getByText("0 conversations added, with 0 messages.")).toBeVisible();
    await expect(page.getByText("Here already: 3 conversations.")).toBeVisible();
    await page.goto(`${world.mosaic.url}/chat`);
    await page.getByRole("link", { name: /A garden by the sea/ }).click();
  });

  test("a link shows a copy to whoever has it, without an account and without a script or a request of the copy's", async ({
    world,
    browser,
  }) => {
    await page.getByRole("button", { name: "Actions for A garden by the sea" }).click();
    await page.getByRole("menuitem", { name: "Share" }).click();
    const dialog = page.getByRole("dialog", { name: "Share conversation" });
    await dialog.getByRole("combobox", { name: "Who may read it" }).click();
    await page.getByRole("option", { name: "Everybody who has the link" }).click();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    link = await dialog.getByText(/\/shared#/).innerText();
    await dialog.getByRole("button", { name: "Done" }).click();
    const stranger = await (await browser.newContext()).newPage();
    const asked: string[] = [];
    stranger.on("request", (request) => asked.push(request.url()));
    stranger.on("dialog", (shown) => asked.push(shown.message()));
    await stranger.goto(link);
    await expect(stranger.getByRole("heading", { name: "A garden by the sea" })).toBeVisible();
    await expect(stranger.getByText("Roses").first()).toBeVisible();
    await expect(stranger.getByText("And in winter?").first()).toBeVisible();
    await expect(stranger.getByText(/to go on with it as your own/)).toBeVisible();
    await expectGoodLooks(stranger);
    expect(asked.filter((url) => !url.startsWith(world.mosaic.url))).toEqual([]);
    expect(asked.some((url) => url.includes(link.split("#")[1] ?? "no token"))).toBe(false);
    await stranger.context().close();
  });

  test("a member who is named reads a copy, without a link, and an admin may forbid links", async ({ world, browser }) => {
    await page.getByRole("button", { name: "Actions for A boat in the harbour" }).click();
    await page.getByRole("menuitem", { name: "Share" }).click();
    const dialog = page.getByRole("dialog", { name: "Share conversation" });
    await dialog.getByLabel("User names").fill("ann");
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    await dialog.getByRole("button", { name: "Done" }).click();
    const ann = await (await browser.newContext()).newPage();
    await signIn(ann, world, "ann");
    await ann.goto(`${world.mosaic.url}/settings/data`);
    await ann.getByRole("link", { name: /A boat in the harbour/ }).click();
    await expect(ann.getByRole("heading", { name: "A boat in the harbour" })).toBeVisible();
    await expect(ann.getByText("A sloop.").or(ann.getByText("A cutter.")).first()).toBeVisible();
    await ann.context().close();

    const other = await page.context().newPage();
    await other.goto(`${world.mosaic.url}/admin/shared-providers`);
    await other.getByRole("switch", { name: "Allow links" }).click();
    await expect(other.getByRole("switch", { name: "Allow links" })).not.toBeChecked();
    await other.close();
    await page.reload();
    await page.getByRole("button", { name: "Actions for A garden by the sea" }).click();
    await page.getByRole("menuitem", { name: "Share" }).click();
    await expect(dialog.getByText("An admin does not allow links.")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(link);
    await expect(stranger.getByRole("alert").filter({ hasText: "Not found" })).toBeVisible();
    await stranger.context().close();
    const allow = await page.context().newPage();
    await allow.goto(`${world.mosaic.url}/admin/shared-providers`);
    await allow.getByRole("switch", { name: "Allow links" }).click();
    await expect(allow.getByRole("switch", { name: "Allow links" })).toBeChecked();
    await allow.close();
  });

  test("a member goes on with it as their own, and when it is no longer shared the link shows nothing", async ({ world, browser }) => {
    const ann = await (await browser.newContext()).newPage();
    await signIn(ann, world, "ann");
    await ann.goto(link);
    await ann.getByRole("button", { name: "Continue as my own" }).click();
    await ann.waitForURL(/\/chat\?id=/);
    await expect(ann.getByText("What grows by the sea?").first()).toBeVisible();
    await expect(ann.getByText("does not know this conversation yet")).toBeVisible();
    await page.goto(`${world.mosaic.url}/settings/data`);
    await page.getByRole("button", { name: "Stop sharing A garden by the sea" }).click();
    await expect(page.getByRole("button", { name: "Stop sharing A garden by the sea" })).toHaveCount(0);
    await page.getByRole("button", { name: "Stop sharing A boat in the harbour" }).click();
    await expect(page.getByText("Nothing yet. To share a conversation, open its menu in the list.")).toBeVisible();
    const again = await ann.context().newPage();
    await again.goto(link);
    await expect(again.getByRole("alert").filter({ hasText: "Not found" })).toBeVisible();
    await expectAccessible(again);
    await ann.context().close();
  });
});
