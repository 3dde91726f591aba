import { expect, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "@playwright/test";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { answers, nextAnswer, send, signIn } from "../support/pages.ts";

test.use({ installation: "answers-as-they-come" });
test.describe.configure({ mode: "serial" });

const longLine = `const long: string = "${"garden ".repeat(40)}";`;
const firstCode = `const first: number = 1;\nconst second: number = 2; // a b c d e f g h i j k l m n\n${longLine}\nconst last: string = "z";`;
const quotedCode = "const quoted: number = 3;\nconst kept = quoted + 1; // a b c d e f g h i j k l m n\nconst close = 7;";

/** In tildes: what stands between backticks OpenClaw keeps back until all of it is there. */
const withCode = `Here is some:

~~~ts
${firstCode}
~~~

Then some words go on for a while, so that the answer is still being written.

- [x] sown
- [ ] reaped

> As somebody said:
>
> ~~~ts
${quotedCode.replaceAll(/^/gm, "> ")}
> ~~~
>
> \`\`\`
> plain in a quote
> \`\`\`

\`\`\`
plain outside
\`\`\`

And so it ends, with a few words more than were needed.`;

const sentences = Array.from({ length: 40 }, (_, place) => `Sentence number ${place + 1}.`);

const block = (place: Locator): Locator => place.locator("[data-markdown=code]");

/** Whether colours were there before a block had its last line; `grown`: how often it was seen without. */
async function watchColours(page: Page, marks: readonly { readonly first: string; readonly last: string }[]): Promise<void> {
  await page.evaluate((blocks) => {
    const seen = blocks.map(() => ({ early: 0, grown: 0 }));
    (window as unknown as { seenColours: unknown }).seenColours = seen;
    new MutationObserver(() => {
      for (const code of document.querySelectorAll("article[aria-busy=true] [data-markdown=code] code")) {
        const text = code.textContent;
        const place = blocks.findIndex(({ first }) => text.includes(first));
        const [mark, counts] = [blocks[place], seen[place]];
        if (mark === undefined || counts === undefined || text.includes(mark.last)) continue;
        if (code.querySelector(".code-token") === null) counts.grown += 1;
        else counts.early += 1;
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  }, marks);
}

const seenColours = async (page: Page): Promise<{ early: number; grown: number }[]> =>
  page.evaluate(() => (window as unknown as { seenColours: { early: number; grown: number }[] }).seenColours);

/** Everything that a screen reader is told from now on, by whatever part of the page. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const told: string[] = [];
    (window as unknown as { told: string[] }).told = told;
    new MutationObserver((changes) => {
      const places = changes.map(({ target }) => (target instanceof Element ? target : target.parentElement));
      const regions = places.map((place) => place?.closest("[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]"));
      for (const region of new Set(regions)) if (region) told.push(region.textContent);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return async () => page.evaluate(() => (window as unknown as { told: string[] }).told);
}

/** The names of what moved while the answer was written. What ends with the frame that began it was seen by nobody. */
async function movingUntilEnd(page: Page, count: number): Promise<string[]> {
  return page.evaluate(async (place) => {
    const names = new Set<string>();
    let before = new Set<Animation>();
    const isBusy = () => document.querySelectorAll("article[aria-busy]")[place - 1]?.getAttribute("aria-busy") !== "false";
    while (isBusy()) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const running = document.getAnimations().filter(({ playState }) => playState === "running");
      for (const animation of running.filter((each) => before.has(each))) {
        names.add(
          animation instanceof CSSAnimation
            ? animation.animationName
            : animation instanceof CSSTransition
              ? animation.transitionProperty
              : "other",
        );
      }
      before = new Set(running);
    }
    return [...names];
  }, count);
}

// What is shown does not depend on the runtime, so one is enough.
test.describe("answers as they come @process", () => {
  let client: ApiClient;
  let ada: string;
  let contexts: BrowserContext[] = [];

  const device = async (browser: Browser, world: World, who: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    contexts.push(context);
    const page = await context.newPage();
    await signIn(page, world, who);
    return page;
  };

  const open = async (page: Page, { mosaic }: World, id: string): Promise<void> => {
    await page.goto(`${mosaic.url}/chat?id=${id}`);
    await expect(page.getByRole("textbox", { name: "Message Ada" })).toBeVisible();
  };

  test.beforeAll(async ({ world }) => {
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
    ada = agent.id;
    const { code } = await client.json<{ code: string }>("POST", "/api/admin/invites", {});
    await new ApiClient(() => world.mosaic.url).json("POST", "/api/auth/sign-up", {
      inviteCode: code,
      username: "ann",
      displayName: "Ann",
      password: world.canaries.password,
    });
  });

  test.afterEach(async ({ world }) => {
    world.llm.setBehaviour(null);
    await Promise.all(contexts.map(async (context) => context.close()));
    contexts = [];
  });

  test("a screen reader is told whole sentences, several at a time, each once, and when the answer is there; on both devices, and nobody else", async ({
    browser,
    world,
  }) => {
    const [page, phone, anns] = [
      await device(browser, world, "root"),
      await device(browser, world, "root"),
      await device(browser, world, "ann"),
    ];
    const id = await client.newConversation(ada);
    await open(page, world, id);
    await open(phone, world, id);
    const told = [await listen(page), await listen(phone)];
    const annsTold = await listen(anns);
    world.llm.setBehaviour(() => ({ kind: "text", text: sentences.join(" "), wordDelayMs: 60 }));
    await send(page, "Ada", "Tell me");
    await nextAnswer(page, "Ada", 1);
    await nextAnswer(phone, "Ada", 1);
    for (const read of told) {
      await expect.poll(async () => (await read()).at(-1)).toContain("Ada has answered.");
      const spoken = (await read()).filter((words) => words.startsWith("Sentence"));
      // None is cut, left out or told twice.
      expect(spoken.join(" ").replace(" Ada has answered.", "")).toBe(sentences.join(" "));
      expect(spoken.length).toBeGreaterThan(1);
      expect(spoken.length).toBeLessThan(sentences.length / 2);
    }
    expect(await annsTold()).toEqual([]);
  });

  test("nothing moves where somebody wants less motion, and elsewhere something does", async ({ browser, world }) => {
    const still = await device(browser, world, "root");
    const moving = await device(browser, world, "root", { reducedMotion: "no-preference" });
    const id = await client.newConversation(ada);
    await open(still, world, id);
    await open(moving, world, id);
    world.llm.setBehaviour(() => ({ kind: "text", reasoning: "I think about it.", text: withCode, wordDelayMs: 30 }));
    const watched = [movingUntilEnd(still, 1), movingUntilEnd(moving, 1)];
    await send(still, "Ada", "Show me");
    const [moved, movedElsewhere] = await Promise.all(watched);
    expect(moved).toEqual([]);
    expect(movedElsewhere).toContain("tile");
  });

  test("code has its colours once its fence is closed, wraps, is copied, and is a block of its own in a quote; a task can't be ticked", async ({
    browser,
    world,
  }) => {
    const page = await device(browser, world, "root", { permissions: ["clipboard-read", "clipboard-write"] });
    const phone = await device(browser, world, "root", { viewport: { width: 390, height: 844 } });
    const id = await client.newConversation(ada);
    await open(page, world, id);
    await open(phone, world, id);
    const marks = [
      { first: "const first", last: 'last: string = "z";' },
      { first: "const quoted", last: "const close = 7;" },
    ];
    await watchColours(page, marks);
    await watchColours(phone, marks);
    world.llm.setBehaviour(() => ({ kind: "text", text: withCode, wordDelayMs: 60 }));
    await send(page, "Ada", "Show me");
    const answer = answers(page, "Ada").first();
    const code = block(answer).first();
    const wrap = code.getByRole("button", { name: "Wrap lines" });
    await expect(code.locator(".code-token").first()).toBeVisible({ timeout: 120_000 });
    await expect(answer).toHaveAttribute("aria-busy", "true");
    const overflow = async (): Promise<number> => code.locator("pre").evaluate((pre) => pre.scrollWidth - pre.clientWidth);
    expect(await overflow()).toBeGreaterThan(0);
    await wrap.click();
    await expect(wrap).toHaveAttribute("aria-pressed", "true");
    expect(await overflow()).toBe(0);

    await nextAnswer(page, "Ada", 1);
    await nextAnswer(phone, "Ada", 1);
    const quote = answer.getByRole("blockquote");
    await expect(block(quote).first().locator(".code-token").first()).toBeVisible();
    for (const each of [page, phone]) {
      // Each was seen without colours several times, and with them never before it was whole.
      const seen = (await seenColours(each)).map(({ early, grown }) => ({ early, hasGrown: grown > 1 }));
      expect(seen).toEqual(marks.map(() => ({ early: 0, hasGrown: true })));
    }
    // The end of the answer does not undo what was pressed.
    await expect(wrap).toHaveAttribute("aria-pressed", "true");
    expect(await overflow()).toBe(0);

    const copied = async (of: Locator): Promise<string> => {
      await page.evaluate(async () => navigator.clipboard.writeText("nothing yet"));
      await of.getByRole("button", { name: "Copy code" }).click();
      await expect(page.getByRole("status").filter({ hasText: "Copied" })).toHaveCount(1);
      return page.evaluate(async () => navigator.clipboard.readText());
    };
    expect(await copied(code)).toBe(firstCode);
    expect(await copied(block(quote).first())).toBe(quotedCode);

    await expect(block(quote)).toHaveCount(2);
    const outside = block(answer).filter({ hasText: "plain outside" });
    const looks = async (of: Locator): Promise<Record<string, string>> =>
      of.evaluate((each) => {
        const pre = each.querySelector("code");
        const { backgroundColor, borderTopWidth, display } = getComputedStyle(each);
        const { color, fontStyle, fontFamily, fontSize } = pre === null ? getComputedStyle(each) : getComputedStyle(pre);
        return { backgroundColor, borderTopWidth, display, color, fontStyle, fontFamily, fontSize };
      });
    expect(await looks(block(quote).nth(1))).toEqual(await looks(outside));
    const widths = await quote.evaluate((each) => {
      const inside = each.clientWidth - Number.parseFloat(getComputedStyle(each).paddingInlineStart);
      return [...each.querySelectorAll("[data-markdown=code]")].map((one) => Math.round(one.getBoundingClientRect().width - inside));
    });
    expect(widths).toEqual([0, 0]);

    for (const each of [page, phone]) {
      const boxes = answers(each, "Ada").first().getByRole("checkbox");
      await expect(boxes).toHaveCount(2);
      for (const [place, isDone] of [true, false].entries()) {
        await expect(boxes.nth(place)).toBeDisabled();
        await boxes.nth(place).click({ force: true });
        await expect(boxes.nth(place)).toBeChecked({ checked: isDone });
      }
    }
  });
});
