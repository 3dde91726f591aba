import { readFile } from "node:fs/promises";
import { expect, type Locator, type Page } from "@playwright/test";
import { expectGoodLooks } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { answers, nextAnswer, send, signIn } from "../support/pages.ts";

test.use({ installation: "files" });
test.describe.configure({ mode: "serial" });

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const text = (name: string, content: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });

const attached = (page: Page): Locator => page.getByRole("list", { name: "Attached files" }).getByRole("listitem");
const pick = async (page: Page, ...files: ReturnType<typeof text>[]): Promise<void> =>
  page.getByRole("form", { name: "Message" }).getByLabel("Files", { exact: true }).setInputFiles(files);

/** As from a folder of the desktop. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message Ada" }).evaluate(
    (field, [fileName = "", words = ""]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([words], fileName, { type: "text/plain" }));
      for (const type of ["dragenter", "dragover", "drop"]) {
        field.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    [name, content],
  );
}

/** As a screenshot comes out of the clipboard. */
async function pasteImage(page: Page): Promise<void> {
  await page.getByRole("textbox", { name: "Message Ada" }).evaluate((field, base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, png);
}

test.describe("files in a chat @docker", () => {
  let page: Page;

  test.beforeAll(async ({ world, browser }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    const client = new ApiClient(() => world.mosaic.url);
    await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: world.runtime,
      provider: {
        kind: "openai-compatible",
        name: "Stub",
        baseUrl: world.llmBaseUrl,
        apiKey: world.canaries.providerKey,
        models: [{ id: "mosaic-demo", images: true }],
      },
    });
    page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    await signIn(page, world, "root");
  });

  test.afterAll(async () => {
    await page?.context().close();
  });

  test("the limits are said beforehand, a file too large or empty is not sent, and one can be taken back", async () => {
    await expect(page.getByRole("button", { name: "Attach files, up to 10 files, 25 MB each" })).toBeVisible();
    await pick(page, text("empty.txt", ""), text("notes.txt", "notes"));
    await expect(attached(page)).toHaveCount(2);
    await expect(attached(page).filter({ hasText: "empty.txt" })).toContainText("The file is empty.");
    await page.getByRole("textbox", { name: "Message Ada" }).fill("hello");
    await expect(page.getByRole("button", { name: "Send message" })).toBeDisabled();
    await page.getByRole("button", { name: "Remove empty.txt" }).click();
    await expect(page.getByRole("button", { name: "Send message" })).toBeEnabled();
    await page.getByRole("button", { name: "Remove notes.txt" }).click();
    await expect(attached(page)).toHaveCount(0);
    await pick(page, ...Array.from({ length: 11 }, (_, index) => text(`${index}.txt`, "x")));
    await expect(attached(page)).toHaveCount(10);
    await expect(page.getByText("A message takes 10 files.")).toBeVisible();
    for (let left = 10; left > 0; left -= 1) await attached(page).first().getByRole("button").click();
    await expect(attached(page)).toHaveCount(0);
  });

  test("a pasted image is shown to the model, and a dropped text lands where the agent reads it", async ({ world }) => {
    test.setTimeout(360_000);
    await pasteImage(page);
    await drop(page, "code.txt", "The code word is PELICAN-7.");
    await expect(attached(page)).toHaveCount(2);
    await expect(page.getByRole("progressbar", { name: /^Uploading/ })).toHaveCount(0);
    await send(page, "Ada", "What do you see?");
    // The first message starts the agent.
    await nextAnswer(page, "Ada", 1, 200_000);
    const question = page.getByRole("article", { name: "You" }).first();
    await expect(question).toContainText("Shown to the model.");
    await expect(question.getByRole("img", { name: "image.png" })).toHaveJSProperty("naturalWidth", 1);
    await world.llm.waitForRequest(({ body }) => JSON.stringify(body).includes('"type":"image_url"'));
    const place = /inbox\/\w{8}-code\.txt/.exec((await question.textContent()) ?? "")?.[0] ?? "";
    await send(page, "Ada", `[demo:tool name=read args={"path":"${place}"}]`);
    await expect(await nextAnswer(page, "Ada", 2)).toContainText("The code word is PELICAN-7.");
  });

  test("what the agent makes is downloaded, and nothing in it runs", async () => {
    const html = `<script>document.title = "taken"</script>`;
    const args = JSON.stringify({ path: "outbox/report.html", content: html });
    await send(page, "Ada", `[demo:tool name=write args=${args}]`);
    const answer = await nextAnswer(page, "Ada", 3);
    const download = page.waitForEvent("download");
    await answer.getByRole("link", { name: "Download report.html" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("report.html");
    expect(await readFile(await file.path(), "utf8")).toBe(html);
    const [view] = await Promise.all([page.context().waitForEvent("page"), answer.getByRole("link", { name: "View report.html" }).click()]);
    await expect(view.locator("body")).toContainText("<script>");
    expect(await view.title()).not.toBe("taken");
    await view.close();
  });

  test("files are there after a reload, in every look", async () => {
    await page.reload();
    await expect(answers(page, "Ada")).toHaveCount(3);
    await expect(page.getByRole("link", { name: "Download code.txt" })).toBeVisible();
    await pick(page, text(`${"long name ".repeat(12)}.txt`, "x"), text("a.svg", "<svg onload=alert(1)>"));
    await expect(attached(page)).toHaveCount(2);
    await expectGoodLooks(page);
  });
});
