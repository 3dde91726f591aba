import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { expectHardened } from "../support/hardening.ts";
import { expectNoCanary } from "../support/canaries.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { nextAnswer, send } from "../support/pages.ts";

const agentName = "Ada";
const needle = "PELICAN-7";

test.use({ installation: "main-path" });
test.describe.configure({ mode: "serial" });

test.describe("the main path", () => {
  let page: Page;
  const seen: string[] = [];

  test.beforeAll(async ({ browser, world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    page.on("response", (response) => {
      const type = response.headers()["content-type"] ?? "";
      if (type.includes("json")) {
        response
          .text()
          .then((text) => seen.push(text))
          .catch(() => undefined);
      }
    });
  });

  test.afterEach(async () => {
    seen.push(await page.content());
  });

  test.afterAll(async () => {
    await page?.context().close();
  });

  test("an empty database leads every page to the wizard, which needs the link's token", async ({ world, browser }) => {
    const stranger = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    for (const path of ["/", "/chat", "/login", "/settings/agents"]) {
      await stranger.goto(world.mosaic.url + path);
      await expect(stranger).toHaveURL(/\/setup$/);
    }
    await expect(stranger.getByLabel("Set-up link or token")).toBeVisible();
    await expectAccessible(stranger);
    await stranger.goto(`${world.mosaic.url}/setup#token=another-ones`);
    await stranger.reload();
    await expect(stranger.getByText(/The link that you opened is not this Mosaic’s/)).toBeVisible();
    const refused = await stranger.request.post(`${world.mosaic.url}/api/onboarding/breakglass`, {
      headers: { origin: world.mosaic.url },
      data: { username: "mallory", password: "a long enough password" },
    });
    expect(refused.status()).toBe(403);
    await stranger.context().close();
  });

  test("the wizard: administrator", async ({ world }) => {
    await page.goto(world.mosaic.setupUrl ?? "");
    await expect(page.getByLabel("User name")).toBeVisible();
    expect(page.url()).not.toContain("token");
    await page.getByLabel("User name").fill("root");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await expect(page.getByText("The password does not follow all rules")).toBeVisible();
    await page.getByLabel("Password", { exact: true }).fill(world.canaries.password);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await expect(page.getByRole("button", { name: "Skip for now" })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Skip for now" }).click();
    // What a reload interrupts may not have reached the server.
    await expect(page.getByRole("radio", { name: /Any OpenAI-compatible/ })).toBeVisible();
  });

  test("the wizard: provider, with a test that says what is wrong", async ({ world }) => {
    await page.reload();
    await page.getByRole("radio", { name: /Any OpenAI-compatible/ }).click();
    await page.getByLabel("Provider name").fill("Stub");
    await page.getByLabel("Address (base URL)").fill(world.llmBaseUrl);
    await page
      .getByLabel(/^API key/)
      .first()
      .fill("sk-not-kept");
    await page.reload();
    await expect(page.getByLabel("Provider name")).toHaveValue("Stub");
    await expect(page.getByLabel("Address (base URL)")).toHaveValue(world.llmBaseUrl);
    await expect(page.getByLabel(/^API key/).first()).toHaveValue("");
    const kept = await page.evaluate(() => [window.sessionStorage, window.localStorage].map((storage) => Object.entries(storage)));
    expect(JSON.stringify(kept)).not.toContain("sk-not-kept");
    await page
      .getByLabel(/^API key/)
      .first()
      .fill("sk-wrong");
    await page.getByRole("button", { name: /Test connection/ }).click();
    // An address inside is called only once an admin has allowed it, which is one click from here.
    await expect(page.getByText(/Mosaic does not call/)).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: `Allow ${new URL(world.llmBaseUrl).host}` }).click();
    await expect(page.getByText("The provider did not accept the key.")).toBeVisible();
    await page
      .getByLabel(/^API key/)
      .first()
      .fill(world.canaries.providerKey);
    await page.getByRole("button", { name: /Test connection/ }).click();
    await page.getByRole("checkbox", { name: /mosaic-demo/ }).check();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Save and continue" }).click();
    await expect(page.getByRole("button", { name: "Create agent" })).toBeVisible();
  });

  test("the wizard goes on at the right step in another browser", async ({ world, browser }) => {
    const other = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    await other.goto(`${world.mosaic.url}/setup`);
    await expect(other).toHaveURL(/\/login/);
    await other.getByLabel("User name").fill("root");
    await other.getByLabel("Password", { exact: true }).fill(world.canaries.password);
    await expectAccessible(other);
    await other.getByRole("button", { name: "Sign in" }).click();
    await expect(other.getByRole("button", { name: "Create agent" })).toBeVisible();
    await other.context().close();
  });

  test("the wizard: agent and summary", async ({ world }) => {
    await page.getByLabel("Name", { exact: true }).fill(agentName);
    await page.getByLabel("Personality").first().fill(`You are Ada. Your code word is ${needle}.`);
    await page.reload();
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue(agentName);
    await page.getByRole("radio", { name: world.runtime === "docker" ? /Docker/ : /Plain processes/ }).click();
    if (world.runtime === "process") {
      await page.getByRole("checkbox", { name: /does not isolate/ }).check();
    }
    await expectAccessible(page);
    await page.getByRole("button", { name: "Create agent" }).click();
    const checks = page.getByRole("region", { name: "Health checks" });
    await expect(checks.getByRole("heading", { name: "LLM provider" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Check again" })).toBeVisible({ timeout: 30_000 });
    await expect(checks.getByText("Failing")).toHaveCount(0);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Finish and start chatting" }).click();
    await expect(page).toHaveURL(/\/chat/);
  });

  test("a finished wizard can't be entered again", async ({ world }) => {
    await page.goto(world.mosaic.setupUrl ?? "");
    await expect(page).toHaveURL(/\/chat/);
    const again = await page.request.post(`${world.mosaic.url}/api/onboarding/complete`, {
      headers: { origin: world.mosaic.url },
      data: {},
    });
    expect(again.status()).toBe(409);
  });

  test("an address that does not exist is a page that leads back", async ({ world }) => {
    const missing = await page.goto(`${world.mosaic.url}/no-such-page`);
    expect(missing?.status()).toBe(404);
    await expectAccessible(page);
    await page.getByRole("link", { name: "Back to Mosaic" }).click();
    await expect(page).toHaveURL(/\/chat/);
  });

  test("the first message starts the agent with stages, and the answer streams in as Markdown", async ({ pageStreams }) => {
    await expectAccessible(page);
    // One browser serves all files of a run: what came before is not this test's.
    const earlier = { turn: pageStreams.typesOf("/messages").length, owner: pageStreams.typesOf("/api/events").length };
    await send(page, agentName, `My lucky number is QUAGGA-4711. [demo:system contains=${needle}]`);
    await expect(page.getByRole("progressbar", { name: "Start-up progress" })).toBeVisible();
    await expectAccessible(page);
    const answer = await nextAnswer(page, agentName, 1, 120_000);
    await expect
      .poll(() => pageStreams.typesOf("/messages").slice(earlier.turn))
      .toEqual(expect.arrayContaining(["accepted", "stage", "delta", "done"]));
    await expect
      .poll(() => pageStreams.typesOf("/api/events").slice(earlier.owner))
      .toEqual(expect.arrayContaining(["agent", "conversation"]));
    await expect(answer.locator("blockquote")).toContainText(needle);
    await expectAccessible(page);
  });

  test("stop works at once and reaches the model", async ({ world }) => {
    const before = world.llm.abortedCount;
    await send(page, agentName, "[demo:slow ms=300 words=200]");
    await expect(page.getByRole("button", { name: "Stop answering" })).toBeVisible();
    const answer = page.getByRole("article", { name: agentName, exact: true }).nth(1);
    await expect(answer).toContainText(/\w+ \w+ \w+/);
    await page.getByRole("button", { name: "Stop answering" }).click();
    await expect(answer).toHaveAttribute("aria-busy", "false", { timeout: 1_000 });
    await expect(answer).toContainText("You stopped this answer");
    await expect.poll(() => world.llm.abortedCount, { timeout: 10_000 }).toBeGreaterThan(before);
  });

  test("the conversation is there after a reload and a restart of Mosaic", async ({ world }) => {
    await page.reload();
    await expect(page.getByRole("article", { name: "You" }).first()).toContainText("QUAGGA-4711");
    await world.mosaic.restart();
    await page.reload();
    await expect(page.getByRole("article", { name: "You" }).first()).toContainText("QUAGGA-4711");
    await expect(page.getByRole("article", { name: agentName, exact: true })).toHaveCount(2);
  });

  test("the agent remembers from its own state; the history is not sent again", async ({ world }) => {
    await send(page, agentName, "[demo:recall]");
    const answer = await nextAnswer(page, agentName, 3, 120_000);
    await expect(answer).toContainText("QUAGGA-4711");
    expect(world.mosaic.output).not.toContain("QUAGGA-4711");
  });

  test("a changed personality and key take effect without a restart of the agent", async ({ world }) => {
    const running = await currentRun(world);
    const before = await appliedGeneration(world);
    await page.goto(`${world.mosaic.url}/settings/agents`);
    await expectAccessible(page);
    await page.getByRole("button", { name: new RegExp(`Edit.*${agentName}|${agentName}.*Edit`) }).click();
    await page.getByLabel("Personality").first().fill("You are Ada. Your code word is HERON-9.");
    await expectAccessible(page);
    await page.getByRole("button", { name: /^Save/ }).click();
    await expect(page.getByText(/saved/i).first()).toBeVisible();
    const withPersonality = await untilApplied(world, before);
    world.llm.setKey(world.canaries.nextProviderKey);
    await page.goto(`${world.mosaic.url}/settings/providers`);
    await expectAccessible(page);
    await page.getByRole("button", { name: /Edit/ }).first().click();
    await page
      .getByLabel(/^API key/)
      .first()
      .fill(world.canaries.nextProviderKey);
    await expectAccessible(page);
    await page.getByRole("button", { name: /^Save/ }).click();
    await expect(page.getByText(/saved/i).first()).toBeVisible();
    await untilApplied(world, withPersonality);
    await page.goto(`${world.mosaic.url}/chat`);
    await page.getByRole("navigation", { name: "Conversations" }).getByRole("link").first().click();
    await expect(page.getByRole("article", { name: agentName, exact: true })).toHaveCount(3);
    await send(page, agentName, "[demo:system contains=HERON-9]");
    const answer = await nextAnswer(page, agentName, 4);
    await expect(answer).toContainText("Yes.");
    expect(await currentRun(world)).toBe(running);
  });

  test("a refused key is said in words with a way to the providers, and works at once when corrected", async ({ world }) => {
    world.llm.setKey("sk-rotated-elsewhere-000000000000");
    await send(page, agentName, "hello?");
    const answer = page.getByRole("article", { name: agentName, exact: true }).nth(4);
    await expect(answer).toContainText("The provider refused the key", { timeout: 10_000 });
    await expect(answer.getByRole("link", { name: /provider/i })).toHaveAttribute("href", /\/settings\/providers/);
    await expectAccessible(page);
    world.llm.setKey(world.canaries.nextProviderKey);
    const [provider] = (await (await page.request.get(`${world.mosaic.url}/api/providers`)).json()).providers as { id: string }[];
    const saved = await page.request.patch(`${world.mosaic.url}/api/providers/${provider?.id}`, {
      headers: { origin: world.mosaic.url },
      data: { apiKey: world.canaries.nextProviderKey },
    });
    expect(saved.status()).toBe(200);
    await send(page, agentName, "hello again");
    await expect(await nextAnswer(page, agentName, 6)).toContainText("hello again");
  });

  test("the running agent is hardened", async ({ world }) => {
    await expectHardened(world);
  });

  test("no secret is anywhere in clear", async ({ world, context: _context }) => {
    const cookies = await page.context().cookies();
    const session = cookies.find(({ name }) => name === "mosaic_session");
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    await expectNoCanary(world, seen, session?.value ?? "");
  });

  test("Mosaic stops within five seconds", async ({ world }) => {
    expect(await world.mosaic.stop()).toBeLessThan(5_000);
  });
});

/** What changes whenever the agent was started anew. */
async function currentRun(world: World): Promise<unknown> {
  const [row] = await world.database.query("SELECT token_encrypted FROM agent_containers");
  return row?.["token_encrypted"];
}

/** What the agent's supervisor said last that it has applied. */
async function appliedGeneration(world: World): Promise<unknown> {
  const [row] = await world.database.query("SELECT generation FROM agent_containers");
  return row?.["generation"];
}

/** Waits until another generation than `former` is in effect: 3 seconds are promised, a machine full of tests gets more. */
async function untilApplied(world: World, former: unknown): Promise<unknown> {
  await expect.poll(async () => appliedGeneration(world), { timeout: 10_000, intervals: [100] }).not.toBe(former);
  return appliedGeneration(world);
}
