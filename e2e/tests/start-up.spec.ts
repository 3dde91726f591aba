import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { answers, nextAnswer, send, signIn } from "../support/pages.ts";

test.use({ installation: "start-up" });
test.describe.configure({ mode: "serial" });

const card = (page: Page) => page.getByRole("group", { name: /^Starting Ada/ });

interface Seen {
  readonly texts: readonly string[];
  readonly percents: readonly number[];
}

/** All that the card shows until it goes, as the page itself sees it: it may be gone between two looks from outside. */
async function watchCard(page: Page): Promise<() => Promise<Seen>> {
  await page.evaluate(() => {
    const seen = { texts: [] as string[], percents: [] as number[] };
    const look = (): void => {
      const bar = document.querySelector("[role=progressbar][aria-label='Start-up progress']");
      if (bar === null) return;
      const percent = Number(bar.getAttribute("aria-valuenow"));
      if (seen.percents.at(-1) !== percent) seen.percents.push(percent);
      const texts = [...(bar.closest("[role=group]")?.querySelectorAll("p") ?? [])].map((text) => text.textContent);
      seen.texts.push(...texts.filter((text) => !seen.texts.includes(text)));
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    Object.assign(window, { seenOfTheCard: seen });
  });
  return async () => page.evaluate(() => (window as unknown as { seenOfTheCard: Seen }).seenOfTheCard);
}

/** It never goes back, and it does not stand. */
function expectOnward({ percents }: Seen): void {
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(percents.length, percents.join(" ")).toBeGreaterThan(6);
}

async function pastStartsMs({ database }: World): Promise<number[]> {
  const [row] = await database.query("SELECT value FROM system_config WHERE key = 'starts.past'");
  const value = row?.["value"];
  return typeof value === "string" ? Object.values(JSON.parse(value) as Record<string, number[]>).flat() : [];
}

// A start of a container is told in the same way, so one runtime is enough.
test.describe("the card of an agent's start @process", () => {
  let client: ApiClient;
  let ada: string;

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
    ada = agent.id;
  });

  test("says at the first start what starts take anywhere, and moves on all the while", async ({ page, world }) => {
    await signIn(page, world, "root");
    expect(await pastStartsMs(world)).toEqual([]);
    const seen = await watchCard(page);
    await send(page, "Ada", "hello");
    await expect(card(page)).toContainText("The first start takes about a minute.");
    await expectAccessible(page);
    await nextAnswer(page, "Ada", 1);
    const shown = await seen();
    expectOnward(shown);
    expect(shown.texts.filter((text) => text.includes("on this machine"))).toEqual([]);
    expect(await pastStartsMs(world)).toHaveLength(1);
  });

  test("says at the second one what the first took here, also after a restart of Mosaic", async ({ page, world }) => {
    await client.json("POST", `/api/agents/${ada}/stop`, {});
    await expect.poll(async () => (await client.json<{ status: string }>("GET", `/api/agents/${ada}`)).status).toBe("stopped");
    await world.mosaic.restart();
    const [tookMs = 0] = await pastStartsMs(world);
    await signIn(page, world, "root");
    const seen = await watchCard(page);
    await send(page, "Ada", "hello again");
    await expect(card(page)).toContainText(`A start takes about ${Math.round(tookMs / 1_000)} seconds on this machine.`);
    await expectAccessible(page);
    await expect(answers(page, "Ada").last()).toHaveAttribute("aria-busy", "false", { timeout: 120_000 });
    const shown = await seen();
    expectOnward(shown);
    expect(shown.texts.filter((text) => text.includes("first start"))).toEqual([]);
    expect(await pastStartsMs(world)).toHaveLength(2);
  });
});
