import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CreatedShare } from "@mosaic/contracts/shares";
import { expect, type BrowserContext, type Locator, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { nextAnswer, send, signIn } from "../support/pages.ts";

test.use({ installation: "files-and-shares" });
test.describe.configure({ mode: "serial" });

const mebibyte = 1024 * 1024;
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const pdf = Buffer.from("%PDF-1.4\n% The code word is PELICAN-7.\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

/** Said to tools and in thoughts, and nowhere else. */
const hidden = { tool: "WALRUS-3", thought: "OTTER-9" };

interface Picked {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const text = (name: string, content: string | Buffer): Picked => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
const box = (page: Page): Locator => page.getByRole("textbox", { name: "Message Ada" });
const attached = (page: Page): Locator => page.getByRole("list", { name: "Attached files" }).getByRole("listitem");
const sendButton = (page: Page): Locator => page.getByRole("button", { name: "Send message" });
const pick = async (page: Page, ...files: Picked[]): Promise<void> =>
  page.getByRole("form", { name: "Message" }).getByLabel("Files", { exact: true }).setInputFiles(files);

/** Everything that the server tells a page of a copy from now on. */
function toldOf(page: Page): string[] {
  const told: string[] = [];
  page.on("response", (response) => {
    if (!/\/api\/share/.test(response.url())) return;
    const take = async (): Promise<void> => void told.push(await response.text());
    // Of what the page leaves there is nothing to read.
    void take().catch(() => undefined);
  });
  return told;
}

/** What lies at a place of the one agent's workspace. */
async function inWorkspace({ mosaic }: World, place: string): Promise<Buffer | null> {
  const { stateDir } = mosaic.options;
  const found = (await readdir(stateDir, { recursive: true })).find((path) => path.endsWith(`/${place}`));
  return found === undefined ? null : readFile(join(stateDir, found));
}

// What is kept and shown does not depend on the runtime, so one is enough.
test.describe("files and shared copies @process", () => {
  let client: ApiClient;
  let conversationId: string;
  let page: Page;
  let phone: Page;
  let ann: Page;
  let stranger: Page;
  let contexts: BrowserContext[] = [];

  test.beforeAll(async ({ world, browser }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    client = new ApiClient(() => world.mosaic.url);
    const { agent } = await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: {
        kind: "openai-compatible",
        name: "Stub",
        baseUrl: world.llmBaseUrl,
        apiKey: world.canaries.providerKey,
        models: [{ id: "mosaic-demo", reasoning: true }],
      },
      sharesModel: true,
    });
    const { code } = await client.json<{ code: string }>("POST", "/api/admin/invites", {});
    await new ApiClient(() => world.mosaic.url).json("POST", "/api/auth/sign-up", {
      inviteCode: code,
      username: "ann",
      displayName: "Ann",
      password: world.canaries.password,
    });
    conversationId = await client.newConversation(agent.id);
    await client.json("PATCH", `/api/conversations/${conversationId}`, { title: "Papers" });
    contexts = await Promise.all([browser.newContext(), browser.newContext(), browser.newContext()]);
    const [first, second, third] = await Promise.all(contexts.map(async (context) => context.newPage()));
    if (first === undefined || second === undefined || third === undefined) throw new Error("no pages");
    [page, phone, ann] = [first, second, third];
    await signIn(page, world, "root");
    await signIn(phone, world, "root");
    await signIn(ann, world, "ann");
    for (const each of [page, phone]) await each.goto(`${world.mosaic.url}/chat?id=${conversationId}`);
  });

  test.afterAll(async () => {
    await Promise.all(contexts.map(async (context) => context.close()));
  });

  test("a PDF and an image come to the agent's workspace, and the message says where, and that the model was not shown the image", async ({
    world,
  }) => {
    world.llm.setBehaviour(() => ({ kind: "text", text: "Two papers." }));
    await pick(
      page,
      { name: "plan.pdf", mimeType: "application/pdf", buffer: pdf },
      { name: "map.png", mimeType: "image/png", buffer: png },
    );
    await expect(attached(page)).toHaveCount(2);
    await expect(page.getByRole("progressbar", { name: /^Uploading/ })).toHaveCount(0);
    await send(page, "Ada", "What is in these?");
    // The first message starts the agent.
    await nextAnswer(page, "Ada", 1);
    const places: string[] = [];
    for (const each of [page, phone]) {
      const files = each.getByRole("article", { name: "You" }).first().getByRole("list", { name: "Files" }).getByRole("listitem");
      await expect(files).toHaveText([
        /plan\.pdf.*In the agent’s workspace: inbox\/\w{8}-plan\.pdf$/,
        /map\.png.*In the agent’s workspace: inbox\/\w{8}-map\.png\. Not shown to the model: it is too large, or the model is not known to take images\.$/,
      ]);
      await expect(files.nth(1).getByRole("img", { name: "map.png" })).toHaveJSProperty("naturalWidth", 1);
      places.push(...(await files.allInnerTexts()).map((words) => /inbox\/\w{8}-\w+\.(?:pdf|png)/.exec(words)?.[0] ?? "nowhere"));
    }
    const [pdfPlace = "", imagePlace = "", ...onPhone] = places;
    expect(onPhone).toEqual([pdfPlace, imagePlace]);
    const { body } = await world.llm.waitForRequest((request) => JSON.stringify(request.body).includes("What is in these?"));
    expect(JSON.stringify(body)).toContain(`${pdfPlace} (application/pdf, ${pdf.length} bytes)`);
    expect(JSON.stringify(body)).toContain(`${imagePlace} (image/png, ${png.length} bytes)`);
    expect(JSON.stringify(body)).not.toContain("image_url");
    expect(await inWorkspace(world, pdfPlace)).toEqual(pdf);
    expect(await inWorkspace(world, imagePlace)).toEqual(png);
    await expect(ann.getByText("What is in these?")).toHaveCount(0);
  });

  test("too many files, one that is too large, and one that finds no room are refused in words, and draft and other files stay", async ({
    world,
  }) => {
    const draft = "This is not lost";
    const stays = async (...files: string[]): Promise<void> => {
      await expect(attached(page)).toHaveText(files.map((name) => new RegExp(`^${name}`)));
      await expect(box(page)).toHaveValue(draft);
      await box(page).press("Enter");
      await expect(box(page)).toHaveValue(draft);
      await expect(page.getByRole("article", { name: "You" })).toHaveCount(1);
    };
    const refused = attached(page).last();
    await box(page).fill(draft);
    await pick(page, text("kept.txt", Buffer.alloc(0.7 * mebibyte, "x")));
    await expect(sendButton(page)).toBeEnabled();

    await pick(page, ...Array.from({ length: 10 }, (_, place) => text(`${place}.txt`, "x")));
    await expect(page.getByText("A message takes 10 files. The others were left out.")).toBeVisible();
    await expect(attached(page)).toHaveCount(10);
    await expect(attached(page).first()).toContainText("kept.txt");
    await expect(box(page)).toHaveValue(draft);
    for (let left = 9; left > 0; left -= 1) await refused.getByRole("button", { name: /^Remove / }).click();

    await pick(page, text("large.bin", Buffer.alloc(25 * mebibyte + 1)));
    await expect(refused.getByRole("alert")).toHaveText("Too large: a file may have 25 MB.");
    await expect(sendButton(page)).toBeDisabled();
    await stays("kept.txt", "large.bin");
    await page.getByRole("button", { name: "Remove large.bin" }).click();
    await expect(sendButton(page)).toBeEnabled();

    await client.json("PUT", "/api/admin/files", { quotaBytes: mebibyte });
    await pick(page, text("roomless.txt", Buffer.alloc(0.5 * mebibyte, "y")));
    await expect(refused.getByRole("alert")).toHaveText(
      "Your files may take 1 MB together. Delete conversations with files that you no longer need.",
    );
    await expect(page.getByText(/^Your files take .* of 1 MB\.$/)).toBeVisible();
    await expect(sendButton(page)).toBeDisabled();
    await stays("kept.txt", "roomless.txt");
    await expectAccessible(page);
    // Somebody else's room is their own.
    await pick(ann, text("roomless.txt", Buffer.alloc(0.5 * mebibyte, "y")));
    await expect(ann.getByRole("progressbar", { name: /^Uploading/ })).toHaveCount(0);
    await expect(attached(ann).getByRole("alert")).toHaveCount(0);
    await ann.getByRole("button", { name: "Remove roomless.txt" }).click();
    // What was typed is on the other device, too.
    await expect(box(phone)).toHaveValue(draft);

    await client.json("PUT", "/api/admin/files", { quotaBytes: 1024 * mebibyte });
    await page.getByRole("button", { name: "Upload roomless.txt again" }).click();
    await expect(sendButton(page)).toBeEnabled();
    world.llm.setBehaviour(({ messages }) =>
      messages.at(-1)?.role === "tool"
        ? { kind: "text", text: "It is done.", reasoning: `I thought of ${hidden.thought}.` }
        : { kind: "tool", name: "write", args: { path: "outbox/report.txt", content: `The report says ${hidden.tool}.` } },
    );
    await sendButton(page).click();
    await expect(await nextAnswer(page, "Ada", 2)).toContainText("It is done.");
    for (const each of [page, phone]) {
      const question = each.getByRole("article", { name: "You" }).nth(1);
      await expect(question).toContainText(draft);
      await expect(question.getByRole("link", { name: /^Download / })).toHaveCount(2);
    }
  });

  const share = async (options: { readonly member: string | null; readonly isAll: boolean }): Promise<string> => {
    await page.getByRole("button", { name: "Actions for Papers" }).click();
    await page.getByRole("menuitem", { name: "Share" }).click();
    const dialog = page.getByRole("dialog", { name: "Share conversation" });
    if (options.member === null) {
      await dialog.getByRole("combobox", { name: "Who may read it" }).click();
      await page.getByRole("option", { name: "Everybody who has the link" }).click();
    } else {
      await dialog.getByLabel("User names").fill(options.member);
    }
    for (const name of ["With thoughts and tools", "With files"]) {
      await expect(dialog.getByRole("checkbox", { name })).not.toBeChecked();
      if (options.isAll) await dialog.getByRole("checkbox", { name }).check();
    }
    const [response] = await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith("/shares") && answer.request().method() === "POST"),
      dialog.getByRole("button", { name: "Share", exact: true }).click(),
    ]);
    const { share: made, token } = (await response.json()) as CreatedShare;
    await dialog.getByRole("button", { name: "Done" }).click();
    return token === null ? `/shared?id=${made.id}` : `/shared#${token}`;
  };

  test("a copy with ticks shows thoughts, tools and files, and one without has nothing of them, for a member or by a link", async ({
    world,
    browser,
  }) => {
    const { messages } = await client.conversation(conversationId);
    const fileIds = messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === "file" && part.id !== undefined ? [part.id] : [])),
    );
    expect(fileIds).toHaveLength(5);
    const all = await share({ member: "ann", isAll: true });
    const told = toldOf(ann);
    await ann.goto(`${world.mosaic.url}${all}`);
    const answer = ann.getByRole("article", { name: "Ada" }).nth(1);
    await expect(answer).toContainText("It is done.");
    const [tool, thought] = [
      answer.locator("details").filter({ hasText: "write" }),
      answer.locator("details").filter({ hasText: "Thoughts" }),
    ];
    await tool.locator("summary").click();
    await expect(tool.getByText(hidden.tool)).toBeVisible();
    await thought.locator("summary").click();
    await expect(thought.getByText(hidden.thought)).toBeVisible();
    await expect(ann.getByRole("img", { name: "map.png" })).toHaveJSProperty("naturalWidth", 1);
    const saved = async (name: string): Promise<Buffer> => {
      const [download] = await Promise.all([ann.waitForEvent("download"), ann.getByRole("link", { name: `Download ${name}` }).click()]);
      return readFile(await download.path());
    };
    expect(await saved("plan.pdf")).toEqual(pdf);
    expect((await saved("report.txt")).toString()).toBe(`The report says ${hidden.tool}.`);
    await expectAccessible(ann);
    const secrets = [hidden.tool, hidden.thought, "report.txt", "plan.pdf", "map.png", "roomless.txt", "inbox/", ...fileIds];
    // What the next ones must not hold stands here, so that it would be found.
    for (const secret of secrets.filter((each) => each !== "inbox/")) expect(told.join("\n")).toContain(secret);

    const plain = await share({ member: "ann", isAll: false });
    const byLink = await share({ member: null, isAll: false });
    const context = await browser.newContext();
    contexts.push(context);
    stranger = await context.newPage();
    for (const [reader, path] of [
      [ann, plain],
      [stranger, byLink],
    ] as const) {
      const toldNow = toldOf(reader);
      await reader.goto("about:blank");
      await reader.goto(`${world.mosaic.url}${path}`);
      await expect(reader.getByText("It is done.")).toBeVisible();
      await expect(reader.getByText("This is not lost")).toBeVisible();
      await expect(reader.locator("main").locator("details, img, a[download]")).toHaveCount(0);
      await expect(reader.getByRole("list", { name: "Files" })).toHaveCount(0);
      expect(toldNow.join("\n")).toContain("It is done.");
      const had = `${toldNow.join("\n")}\n${await reader.content()}`;
      expect(secrets.filter((secret) => had.includes(secret))).toEqual([]);
    }
    const [withFiles, without] = [all, plain].map(
      (path) => `${world.mosaic.url}/api/shares/${path.split("=")[1]}/file?page=0&file=${fileIds[0]}`,
    );
    expect((await ann.request.get(withFiles ?? "")).status()).toBe(200);
    expect((await ann.request.get(without ?? "")).status()).toBe(404);
    await ann.goto(`${world.mosaic.url}${all}`);
    await expect(ann.getByRole("img", { name: "map.png" })).toBeVisible();
  });

  test("what is no longer shared is gone from pages that show it, once they are loaded again, with its files", async ({ world }) => {
    const picture = (await ann.getByRole("img", { name: "map.png" }).getAttribute("src")) ?? "";
    expect((await ann.request.get(world.mosaic.url + picture)).status()).toBe(200);
    await page.goto(`${world.mosaic.url}/settings/data`);
    const stops = page.getByRole("button", { name: "Stop sharing Papers" });
    await expect(stops).toHaveCount(3);
    for (let left = 2; left >= 0; left -= 1) {
      await stops.first().click();
      await expect(stops).toHaveCount(left);
    }
    expect((await ann.request.get(world.mosaic.url + picture)).status()).toBe(404);
    for (const reader of [ann, stranger]) {
      await expect(reader.getByText("It is done.")).toBeVisible();
      const told = toldOf(reader);
      await reader.reload();
      await expect(reader.getByRole("alert").filter({ hasText: "Not found" })).toBeVisible();
      expect(`${told.join("\n")}${await reader.content()}`).not.toContain("It is done.");
    }
    await ann.goto(`${world.mosaic.url}/settings/data`);
    await expect(ann.getByRole("region", { name: "Shared with you" })).toContainText("Nothing yet.");
  });
});
