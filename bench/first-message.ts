// How long somebody who was invited needs to their first message, at a typist's pace and by the keyboard alone: from opening the link to the
// message being kept, which no agent's start is part of, and to the first word of the answer, which one is.
//
//   node bench/first-message.ts [rounds] [milliseconds a key]
import { chromium, type Browser, type Page } from "@playwright/test";
import { ApiClient } from "../e2e/support/api-client.ts";
import { createWorld, destroyWorld, type World } from "../e2e/support/fixtures.ts";
import { tabTo } from "../e2e/support/pages.ts";

const rounds = Number(process.argv[2] ?? 3);
const keyMs = Number(process.argv[3] ?? 150);
const message = "What can you do for me?";

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1).padStart(6)} s`;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Walk {
  readonly formMs: number;
  readonly chatMs: number;
  readonly sentMs: number;
  readonly answeredMs: number;
}

async function walk(page: Page, link: string, name: string): Promise<Walk> {
  const { keyboard } = page;
  const startedAt = performance.now();
  const since = (): number => performance.now() - startedAt;
  await page.goto(link);
  await tabTo(page, page.getByLabel("User name"));
  const formMs = since();
  await keyboard.type(name, { delay: keyMs });
  await keyboard.press("Tab");
  await keyboard.type("a fine long sentence", { delay: keyMs });
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: `Hello ${name}, I’m` }).waitFor();
  const field = page.getByRole("textbox", { name: /^Message/ });
  await field.and(page.locator(":focus")).waitFor();
  const chatMs = since();
  const kept = page.waitForResponse((response) => new URL(response.url()).pathname.endsWith("/messages") && response.ok());
  await keyboard.type(message, { delay: keyMs });
  await keyboard.press("Enter");
  await kept;
  await page.getByRole("article", { name: "You" }).getByText(message).waitFor();
  const sentMs = since();
  await page.getByText("Mosaic demo model").first().waitFor({ timeout: 180_000 });
  return { formMs, chatMs, sentMs, answeredMs: since() };
}

async function invite(client: ApiClient, { mosaic }: World): Promise<string> {
  const { code } = await client.json<{ code: string }>("POST", "/api/admin/invites", {});
  return `${mosaic.url}/sign-up#invite=${code}`;
}

async function measure(browser: Browser, world: World, client: ApiClient): Promise<void> {
  const walks: Walk[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    walks.push(await walk(await context.newPage(), await invite(client, world), `guest${round}`));
    await context.close();
  }
  const print = (what: string, of: (walk: Walk) => number): void => {
    console.log(`  ${what.padEnd(52)} median ${seconds(median(walks.map(of)))}   worst ${seconds(Math.max(...walks.map(of)))}`);
  };
  console.log(
    `from the invitation's link to the first message, ${rounds} people, ${keyMs} ms a key, two fields and ${message.length} characters`,
  );
  print("the form is there", ({ formMs }) => formMs);
  print("the chat greets, and its field has the focus", ({ chatMs }) => chatMs);
  print("the first message is sent and kept", ({ sentMs }) => sentMs);
  print("the first word of the answer, the agent's start in it", ({ answeredMs }) => answeredMs);
}

const browser = await chromium.launch({
  executablePath: process.env["MOSAIC_CHROMIUM"] ?? "/usr/bin/chromium",
  chromiumSandbox: false,
  args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
const world = await createWorld("process");
try {
  await world.mosaic.start();
  const client = new ApiClient(() => world.mosaic.url);
  await client.setUp({
    setupUrl: world.mosaic.setupUrl ?? "",
    password: world.canaries.password,
    runtime: "process",
    sharesModel: true,
    provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
  });
  await measure(browser, world, client);
} finally {
  await browser.close();
  await destroyWorld(world);
}
