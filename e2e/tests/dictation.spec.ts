import { startTranscriptionProvider, type TranscriptionProvider } from "@mosaic/testing/transcription-provider";
import { expect, type Browser, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { signIn } from "../support/pages.ts";

const apiKey = "sk-canary-of-speech";

let speech: TranscriptionProvider;
let browser: Browser;
let page: Page;
/** What the page sent and was answered. */
const seen: string[] = [];

test.use({ installation: "dictation" });
test.describe.configure({ mode: "serial" });

// No agent answers here, so one runtime is enough.
test.describe("dictation @process", () => {
  test.beforeAll(async ({ playwright, launchOptions, pageStreams, world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    speech = await startTranscriptionProvider({ text: "Remember the pelican.", apiKey });
    await world.mosaic.start();
    const client = new ApiClient(() => world.mosaic.url);
    const { agent } = await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
    });
    await client.json("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
    const body = { kind: "openai-compatible", name: "Ours", baseUrl: `${speech.url}/v1`, apiKey, models: [{ id: "chat-one" }] };
    const { id: providerId } = await client.json<{ id: string }>("POST", "/api/providers", body);
    await client.json("PATCH", `/api/agents/${agent.id}`, { model: { providerId, model: "chat-one" } });
    const args = [...(launchOptions.args ?? []), "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
    browser = await playwright.chromium.launch({ ...launchOptions, args });
    pageStreams.watch(browser);
    page = await (await browser.newContext()).newPage();
    page.on("response", (response) => {
      const keep = async (): Promise<void> => void seen.push(await response.text().catch(() => ""));
      if (!/events/.test(response.url())) void keep();
    });
  });

  test.afterAll(async () => {
    await browser?.close();
    await speech?.close();
  });

  test("is offered once the provider has a model for it, which its form sets", async ({ world }) => {
    await signIn(page, world, "root");
    await expect(page.getByRole("button", { name: "Send message" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Dictate" })).toHaveCount(0);
    const { providers } = (await (await page.request.get(`${world.mosaic.url}/api/providers`)).json()) as {
      providers: { id: string; name: string }[];
    };
    const ours = providers.find(({ name }) => name === "Ours")?.id;
    await page.goto(`${world.mosaic.url}/settings/providers?edit=${ours}`);
    await page.getByLabel("Dictation model").fill("whisper-1");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByRole("button", { name: "Save changes" })).toHaveCount(0);
    await page.goto(`${world.mosaic.url}/chat`);
    await expect(page.getByRole("button", { name: "Dictate" })).toBeVisible();
  });

  test("puts what was said behind what was typed, and sends nothing", async () => {
    const field = page.getByRole("textbox", { name: "Message Ada" });
    await field.fill("Please:");
    await page.getByRole("button", { name: "Dictate" }).click();
    await expect(page.getByRole("button", { name: "Stop and write down" })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Stop and write down" }).click();
    await expect(field).toHaveValue("Please: Remember the pelican.");
    await expect(page.getByRole("article")).toHaveCount(0);
    expect(speech.heard).toHaveLength(1);
    expect(speech.heard[0]).toMatchObject({ model: "whisper-1", type: "audio/webm", authorization: `Bearer ${apiKey}` });
    expect(seen.join()).not.toContain(apiKey);
  });

  test("says what the provider says when it writes nothing down, and keeps what was typed", async () => {
    speech.answer({ status: 400, body: JSON.stringify({ error: { message: "I hear nothing" } }) });
    await page.getByRole("button", { name: "Dictate" }).click();
    await page.getByRole("button", { name: "Stop and write down" }).click();
    await expect(page.getByText(/I hear nothing/)).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Message Ada" })).toHaveValue("Please: Remember the pelican.");
    await expect(page.getByRole("button", { name: "Dictate" })).toBeEnabled();
  });
});
