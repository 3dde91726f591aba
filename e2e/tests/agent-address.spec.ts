import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { nextAnswer, send } from "../support/pages.ts";

test.use({ installation: "agent-address" });

const key = (page: Page) => page.getByLabel(/^API key/).first();

// Only where agents have another loopback than Mosaic is there anything to find.
test("a provider at this machine's loopback: the wizard finds the address that agents in containers reach, and they do @docker", async ({
  browser,
  world,
}) => {
  const reason = whyNot(world.runtime);
  test.skip(reason !== undefined, reason);
  await world.mosaic.start();
  const page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
  await page.goto(world.mosaic.setupUrl ?? "");
  await page.getByLabel("User name").fill("root");
  await page.getByLabel("Password", { exact: true }).fill(world.canaries.password);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await page.getByRole("button", { name: "Skip for now" }).click();

  await page.getByRole("radio", { name: /^Ollama/ }).click();
  const address = page.getByLabel("Address (base URL)");
  await expect(address).toHaveValue(/^http:\/\/(?!127\.|localhost)[\d.]+:11434$/);

  await page.getByRole("radio", { name: /Any OpenAI-compatible/ }).click();
  await page.getByLabel("Provider name").fill("Stub");
  await address.fill(`http://localhost:${world.llm.port}/v1`);
  await key(page).fill(world.canaries.providerKey);
  await page.getByRole("button", { name: /Test connection/ }).click();
  await page.getByRole("button", { name: `Allow localhost:${world.llm.port}` }).click();
  await expect(page.getByText("The connection works for Mosaic, but not for your agents")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: /^Use http:/ }).click();
  await expect(page.getByText("The connection works", { exact: true })).toBeVisible();
  await expect(address).toHaveValue(new RegExp(`^http://(?!127\\.)[\\d.]+:${world.llm.port}/v1$`));
  await page.getByRole("button", { name: "Save and continue" }).click();

  await page.getByLabel("Name", { exact: true }).fill("Ada");
  await page.getByRole("radio", { name: /Docker/ }).click();
  await page.getByRole("button", { name: "Create agent" }).click();
  await page.getByRole("button", { name: "Finish and start chatting" }).click();
  await page.waitForURL(/\/chat/);
  await send(page, "Ada", "Good morning");
  await expect(page.getByText("The first start takes about a minute.")).toBeVisible();
  await expect(await nextAnswer(page, "Ada", 1, 180_000)).toContainText("Good morning");
  await page.context().close();
});
