// Pictures of every page of a real installation, wide and narrow, light and dark; the first one is the README's.
//   TEST_DATABASE_URL=… node e2e/screenshots.ts [docker|process] [folder]
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "@playwright/test";
import { ApiClient } from "./support/api-client.ts";
import { createWorld, destroyWorld, type Runtime, type World } from "./support/fixtures.ts";

const runtime = (process.argv[2] ?? "docker") as Runtime;
const folder = process.argv[3] ?? fileURLToPath(new URL("../docs/images", import.meta.url));
const isReadmeOnly = process.argv[3] === undefined;

const looks = [
  { name: "wide-light", width: 1440, height: 900, colorScheme: "light" },
  { name: "wide-dark", width: 1440, height: 900, colorScheme: "dark" },
  { name: "narrow-light", width: 390, height: 844, colorScheme: "light" },
  { name: "narrow-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;

const world = await createWorld(runtime);
const browser = await chromium.launch({ executablePath: process.env["MOSAIC_CHROMIUM"] ?? "/usr/bin/chromium", chromiumSandbox: false });
try {
  await mkdir(folder, { recursive: true });
  await world.mosaic.start();
  const strangerPages = { setup: world.mosaic.setupUrl ?? "" };
  if (!isReadmeOnly) {
    await take(browser, strangerPages, undefined);
  }
  const client = new ApiClient(() => world.mosaic.url);
  const conversation = await fill(client, world);
  const { url } = world.mosaic;
  if (isReadmeOnly) {
    await take(browser, { chat: `${url}/chat?id=${conversation}` }, world, looks.slice(0, 1));
  } else {
    await take(browser, { login: `${url}/login`, missing: `${url}/nowhere` }, undefined);
    const pages = {
      chat: `${url}/chat?id=${conversation}`,
      "chat-empty": `${url}/chat`,
      providers: `${url}/settings/providers`,
      agents: `${url}/settings/agents`,
    };
    await take(browser, pages, world);
  }
} finally {
  await browser.close();
  await destroyWorld(world);
}

/** One provider, one agent, and a conversation with it. */
async function fill(client: ApiClient, { canaries, mosaic }: World): Promise<string> {
  const { agent } = await client.setUp({
    setupUrl: mosaic.setupUrl ?? "",
    password: canaries.password,
    runtime,
    provider: { kind: "demo", name: "Demo model", models: [{ id: "mosaic-demo" }] },
    agent: { name: "Ada", emoji: "🦉", personality: "You are Ada, calm and precise." },
  });
  const conversation = await client.newConversation(agent.id);
  await client.turn(conversation, "Good morning, Ada! My name is Grace.");
  await client.turn(conversation, "Show me what you can write. [demo:markdown]");
  return conversation;
}

async function take(
  browser: Browser,
  pages: Record<string, string>,
  signedIn: World | undefined,
  sizes: readonly (typeof looks)[number][] = looks,
): Promise<void> {
  for (const { name, width, height, colorScheme } of sizes) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    if (signedIn !== undefined) {
      await signIn(page, signedIn);
    }
    for (const [title, address] of Object.entries(pages)) {
      await page.goto(address);
      await page.getByRole("main").first().waitFor();
      // The page's stream of events never ends, so the network is no sign of a page that is done.
      await page.waitForTimeout(1_500);
      await page.screenshot({ path: join(folder, isReadmeOnly ? `${title}.png` : `${title}-${name}.png`), fullPage: false });
    }
    await context.close();
  }
}

async function signIn(page: Page, { mosaic, canaries }: World): Promise<void> {
  await page.goto(`${mosaic.url}/login`);
  await page.getByLabel("User name").fill("root");
  await page.getByLabel("Password", { exact: true }).fill(canaries.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/chat/);
}
