import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { elsewhere, hostileMarkdown } from "../support/hostile-markdown.ts";
import { forbiddenInAnswers, hasRun, noDeeds, watchDeeds } from "../support/page-deeds.ts";
import { answers } from "../support/pages.ts";
import { storeAnswer } from "../support/stored-messages.ts";

let client: ApiClient;
let agentId: string;

async function openAnswer(page: Page, world: World, text: string): Promise<void> {
  const id = await client.newConversation(agentId);
  await storeAnswer(world, id, text);
  await page.goto(`${world.mosaic.url}/chat?id=${id}`);
  await answers(page, "Ada").first().waitFor();
}

async function signIn(page: Page, { mosaic, canaries }: World): Promise<void> {
  const signedIn = await page.request.post(`${mosaic.url}/api/auth/login`, {
    headers: { origin: mosaic.url },
    data: { username: "root", password: canaries.password },
  });
  expect(signedIn.ok()).toBe(true);
}

const settled = async (page: Page): Promise<void> => {
  await expect(page.getByText("The diagram is being drawn…")).toHaveCount(0, { timeout: 60_000 });
};

const everything = `# All of it

Set $e^{i\\pi}$, $5 and $10, and \`code\`.

\\[ a = b \\]

- [x] done
- [ ] to do

| Name | Sum |
| --- | ---: |
| Apples, red | -1.5 |
| =1+1 | "two" |

\`\`\`ts
const answer: number = 42;
\`\`\`

\`\`\`mermaid
flowchart LR
  accTitle: From A to B
  A --> B
\`\`\`

\`\`\`mermaid
flowchart LR
  A --> ???{
\`\`\`

![a cat](https://images.invalid/cat.png)

[https://bank.com](https://other.invalid/)

שלום עולם
`;

test.use({ installation: "rendering" });
test.describe.configure({ mode: "serial" });

// What is shown does not depend on the runtime, so one is enough.
test.describe("an answer @process", () => {
  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    client = new ApiClient(() => world.mosaic.url);
    const { agent } = await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: "process",
      provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
    });
    agentId = agent.id;
  });

  test("that is hostile runs nothing, asks nobody, and leaves the page at hand", async ({ page, world }) => {
    test.setTimeout(600_000);
    await signIn(page, world);
    const deeds = await watchDeeds(page, world);
    for (const [what, text] of Object.entries(hostileMarkdown)) {
      await test.step(what, async () => {
        await openAnswer(page, world, text);
        await settled(page);
        const answer = answers(page, "Ada").first();
        await expect(answer.locator(forbiddenInAnswers)).toHaveCount(0);
        expect(await hasRun(page)).toBe(false);
        await page.getByRole("textbox", { name: "Message Ada" }).fill("Still here");
        await expect(page.getByRole("textbox", { name: "Message Ada" })).toHaveValue("Still here");
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
        expect(deeds).toEqual(noDeeds);
      });
    }
  });

  test("of everything is drawn, accessible and fits, wide and narrow, in the light and in the dark", async ({ page, world }) => {
    await signIn(page, world);
    const deeds = await watchDeeds(page, world);
    await openAnswer(page, world, everything);
    const answer = answers(page, "Ada").first();
    await expect(answer.getByAltText("Diagram: From A to B")).toBeVisible({ timeout: 60_000 });
    await expect(answer.locator(".katex").first()).toBeVisible();
    await expect(answer.locator(".code-token").first()).toBeVisible();
    await expect(answer.getByText(/This diagram could not be drawn/)).toBeVisible({ timeout: 60_000 });
    await expect(
      answer
        .locator("p")
        .filter({ hasText: /\p{Script=Hebrew}/u })
        .first(),
    ).toHaveCSS("direction", "rtl");
    for (const { width, colorScheme } of [
      { width: 1440, colorScheme: "light" },
      { width: 390, colorScheme: "dark" },
      { width: 390, colorScheme: "light" },
      { width: 1440, colorScheme: "dark" },
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await settled(page);
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
    expect(deeds).toEqual(noDeeds);
  });

  test("gives its tables, its code and the source of its diagrams away", async ({ page, world }) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await signIn(page, world);
    await openAnswer(page, world, everything);
    const copied = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
    expect(download.suggestedFilename()).toBe("table.csv");
    expect(await readFile(await download.path(), "utf8")).toBe('\uFEFFName,Sum\r\n"Apples, red",-1.5\r\n\'=1+1,"""two"""\r\n');
    await page.getByRole("button", { name: "Copy table" }).click();
    await expect(page.getByRole("status").filter({ hasText: "Copied" })).toHaveCount(1);
    expect(await copied()).toBe('Name\tSum\nApples, red\t-1.5\n\'=1+1\t"two"');
    await page.getByRole("button", { name: "Copy code" }).first().click();
    expect(await copied()).toBe("const answer: number = 42;");
    await page.getByRole("button", { name: "Show source" }).click();
    await expect(page.getByRole("group", { name: "mermaid" }).first()).toContainText("accTitle: From A to B");
  });

  test("loads an image from elsewhere after a click and not before, and tells its server nothing of Mosaic", async ({ page, world }) => {
    const asked: Record<string, string>[] = [];
    await page.context().route("https://images.invalid/**", async (route) => {
      asked.push(await route.request().allHeaders());
      await route.fulfill({
        contentType: "image/svg+xml",
        body: '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><script>top.mosaicRan=1</script><rect width="200" height="100"/></svg>',
      });
    });
    await signIn(page, world);
    await openAnswer(page, world, everything);
    await page.getByRole("button", { name: "Load image from images.invalid" }).focus();
    expect(asked).toEqual([]);
    await page.keyboard.press("Enter");
    const frame = page.locator("iframe[title='Image from images.invalid: a cat']");
    await expect(frame).toHaveCSS("width", "200px");
    expect(asked).toHaveLength(1);
    expect([asked[0]?.["referer"], asked[0]?.["cookie"]]).toEqual([undefined, undefined]);
    expect(await page.evaluate(() => "mosaicRan" in window)).toBe(false);
  });

  test("that needs no formulas, diagrams or colours asks for nothing of theirs", async ({ page, world }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await signIn(page, world);
    await openAnswer(page, world, "Plain **words**, $5 and $10, a [link](https://example.org).\n\n```\ncode without a language\n```");
    await expect(answers(page, "Ada").first()).toContainText("code without a language");
    await page.evaluate(async () => new Promise((resolve) => requestIdleCallback(resolve)));
    expect(asked.filter((path) => /\/frames\/|worker|katex/i.test(path))).toEqual([]);
    await openAnswer(page, world, everything);
    await settled(page);
    await expect
      .poll(() => ["/frames/", "worker", "KaTeX"].map((part) => asked.some((path) => path.includes(part))))
      .toEqual([true, true, true]);
  });

  test("can't make its frames do more than they are for, whoever opens them", async ({ page, world }) => {
    for (const name of ["diagram", "image"]) {
      const response = await page.goto(`${world.mosaic.url}/frames/${name}.html`);
      expect(response?.headers()["x-frame-options"]).toBe("SAMEORIGIN");
      expect(await page.evaluate(() => self.origin)).toBe("null");
      const reached = await page.evaluate(async (address) => {
        const outcomes = await Promise.allSettled([fetch(address), fetch(location.href)]);
        return outcomes.map(({ status }) => status);
      }, elsewhere);
      expect(reached).toEqual(["rejected", "rejected"]);
    }
  });
});
