import { expect, type Browser, type Locator, type Page } from "@playwright/test";
import type { Agent } from "@mosaic/contracts/agent";
import type { Message } from "@mosaic/contracts/chat";
import type { DemoBehaviour } from "@mosaic/demo-llm/demo-llm";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { createWorld, destroyWorld, test, whyNot, type World } from "../support/fixtures.ts";
import { answers, nextAnswer, send, signIn } from "../support/pages.ts";
import { keepWords, wordsOf } from "../support/shown-words.ts";

test.describe.configure({ mode: "serial" });

/** One person with an agent, a conversation, and two devices that show it. */
interface Person {
  readonly name: string;
  readonly agent: string;
  readonly client: ApiClient;
  readonly conversation: string;
  readonly laptop: Page;
  phone: Page;
}

const row = (page: Page, title: string): Locator =>
  page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: title });
const titles = (page: Page): Locator => page.getByRole("navigation", { name: "Conversations" }).locator("[data-title]");
const dots = (page: Page): Locator => page.getByRole("img", { name: "unread" });
const card = (page: Page, agent: string): Locator => page.getByRole("group", { name: new RegExp(`^Starting ${agent}\\. Waking, \\d+ %$`) });
const step = (page: Page, agent: string): Locator => card(page, agent).locator("[aria-current=step]");
const spoken = (page: Page, words: string): Locator => page.getByRole("status").filter({ hasText: words });
const numbered = (word: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${word}${index + 1}`);
const devices = ({ laptop, phone }: Person): Page[] => [laptop, phone];

let own: World;
let ann: Person;
let bob: Person;
/** Until when the model goes on calling its tool. */
let isSeen = false;

/** Answers that tell whose they are: "Count 60 herons". And a tool that is called again and again. */
const behaviour: DemoBehaviour = ({ messages }) => {
  const said = messages.findLast(({ role }) => role === "user")?.text ?? "";
  const [, count, word = ""] = /Count (\d+) (\w+)s/.exec(said) ?? [];
  if (count !== undefined) {
    return {
      kind: "text",
      text: numbered(word, Number(count)).join(" "),
      wordDelayMs: 100,
      firstDelayMs: said.includes("late") ? 11_000 : 0,
    };
  }
  if (!said.includes("Use your tool") || (isSeen && messages.at(-1)?.role === "tool")) {
    return undefined;
  }
  return { kind: "tool", name: "sessions_list", args: { limit: 1 + messages.filter(({ role }) => role === "tool").length } };
};

const device = async (browser: Browser, name: string, conversation: string): Promise<Page> => {
  const context = await browser.newContext();
  await context.addInitScript(keepWords);
  const page = await context.newPage();
  await signIn(page, own, name);
  await page.goto(`${own.mosaic.url}/chat?id=${conversation}`);
  return page;
};

const join = async (
  browser: Browser,
  admin: ApiClient,
  { name, agent, title }: { name: string; agent: string; title: string },
): Promise<Person> => {
  const { code } = await admin.json<{ code: string }>("POST", "/api/admin/invites", {});
  const client = new ApiClient(() => own.mosaic.url);
  const account = { inviteCode: code, username: name, displayName: name, password: own.canaries.password };
  await client.json("POST", "/api/auth/sign-up", account);
  const { id } = await client.json<Agent>("POST", "/api/agents", { name: agent });
  const conversation = await client.newConversation(id);
  await client.json("PATCH", `/api/conversations/${conversation}`, { title });
  const [laptop, phone] = [await device(browser, name, conversation), await device(browser, name, conversation)];
  return { name, agent, client, conversation, laptop, phone };
};

/** On no page of this person anything of the other's was ever shown or told to a screen reader. */
const expectNothingOf = async (other: RegExp, person: Person, theirs: RegExp): Promise<void> => {
  for (const page of devices(person)) {
    const words = await wordsOf(page);
    expect(words).toMatch(theirs);
    expect(words).not.toMatch(other);
  }
};
const anns = /heron|Juniper/i;
const bobs = /otter|Sycamore/i;

// What is shown does not depend on the runtime, so one is enough.
test.describe("two people with two devices each @process", () => {
  test.beforeAll(async ({ browser }) => {
    const reason = whyNot("process");
    test.skip(reason !== undefined, reason);
    own = await createWorld("process", { MOSAIC_STARTS_AT_ONCE: "1" });
    own.llm.setBehaviour(behaviour);
    await own.mosaic.start();
    const admin = new ApiClient(() => own.mosaic.url);
    await admin.setUp({
      setupUrl: own.mosaic.setupUrl ?? "",
      password: own.canaries.password,
      runtime: "process",
      provider: {
        kind: "openai-compatible",
        name: "Team model",
        baseUrl: own.llmBaseUrl,
        apiKey: own.canaries.providerKey,
        models: [{ id: "mosaic-demo" }],
      },
      sharesModel: true,
    });
    await admin.json("PUT", "/api/admin/outbound", { allowedAddresses: [new URL(own.llmBaseUrl).host] });
    ann = await join(browser, admin, { name: "ann", agent: "Juniper", title: "Heron pond" });
    bob = await join(browser, admin, { name: "bob", agent: "Sycamore", title: "Otter dam" });
  });

  test.afterAll(async () => {
    await Promise.all(
      [ann, bob].flatMap((person) => (person === undefined ? [] : devices(person))).map(async (page) => page.context().close()),
    );
    await (own === undefined ? undefined : destroyWorld(own));
  });

  test("while one's agent wakes, the other's waits for its turn: each sees the stage and how far it is, and the place in the line", async () => {
    await send(ann.laptop, "Juniper", "Count 3 herons");
    for (const page of devices(ann)) {
      await expect(step(page, "Juniper")).toHaveText(/^(Creating|Starting|Getting ready)$/);
    }
    await send(bob.laptop, "Sycamore", "Count 3 otters");
    for (const page of devices(bob)) {
      await expect(step(page, "Sycamore")).toHaveText("Waiting for its turn, next");
      await expect(card(page, "Sycamore")).toContainText("Other agents on this machine start first.");
    }
    await expect(spoken(bob.phone, "Starting Sycamore: Waiting for its turn, next.")).toHaveCount(1);
    const percent = async (page: Page): Promise<number> =>
      Number(await page.getByRole("progressbar", { name: "Start-up progress" }).getAttribute("aria-valuenow"));
    const before = await percent(ann.phone);
    await expect.poll(async () => percent(ann.phone)).toBeGreaterThan(before);
    await expectAccessible(bob.phone);
    for (const page of devices(ann)) {
      await expect(await nextAnswer(page, "Juniper", 1)).toContainText("heron3");
      await expect(card(page, "Juniper")).toHaveCount(0);
    }
    for (const page of devices(bob)) {
      await expect(step(page, "Sycamore")).toHaveText(/^(Creating|Starting|Getting ready)$/);
    }
    for (const page of devices(bob)) {
      await expect(await nextAnswer(page, "Sycamore", 1)).toContainText("otter3");
    }
  });

  test("both send at once: each answer grows on both devices of its own person alone, and is whole on one when the other closes", async ({
    browser,
  }) => {
    await Promise.all([send(ann.laptop, "Juniper", "Count 80 herons"), send(bob.laptop, "Sycamore", "Count 80 otters")]);
    const growing = [
      ...devices(ann).map((page) => answers(page, "Juniper").nth(1)),
      ...devices(bob).map((page) => answers(page, "Sycamore").nth(1)),
    ];
    await Promise.all(growing.map(async (answer) => expect(answer).toContainText(/(heron|otter)3 /)));
    for (const answer of growing) {
      await expect(answer).toHaveAttribute("aria-busy", "true", { timeout: 1 });
    }
    await expectNothingOf(anns, bob, bobs);
    await bob.phone.context().close();
    const counted = async (page: Page, agent: string): Promise<string[] | null> =>
      (await (await nextAnswer(page, agent, 2)).innerText()).match(/(heron|otter)\d+/g);
    for (const page of devices(ann)) {
      expect(await counted(page, "Juniper")).toEqual(numbered("heron", 80));
    }
    expect(await counted(bob.laptop, "Sycamore")).toEqual(numbered("otter", 80));
    bob.phone = await device(browser, "bob", bob.conversation);
    expect(await counted(bob.phone, "Sycamore")).toEqual(numbered("otter", 80));
    await expectNothingOf(anns, bob, bobs);
    await expectNothingOf(bobs, ann, anns);
    for (const page of devices(bob)) {
      await expect(titles(page)).toHaveText(["Otter dam"]);
      await expect(page).toHaveTitle("Otter dam · Mosaic");
    }
  });

  test("an answer that nobody saw is unread on both devices of its person until one of them shows it, and never on the other person's", async () => {
    const elsewhere = await ann.client.newConversation((await ann.client.conversation(ann.conversation)).agentId);
    await ann.client.json("PATCH", `/api/conversations/${elsewhere}`, { title: "Marsh" });
    await row(ann.phone, "Marsh").click();
    await send(ann.laptop, "Juniper", "Count 20 herons");
    await ann.laptop.getByRole("button", { name: "Stop answering" }).waitFor();
    await row(ann.laptop, "Marsh").click();
    for (const page of devices(ann)) {
      await expect(row(page, "Heron pond").getByRole("img", { name: "unread" })).toBeVisible({ timeout: 60_000 });
      await expect(page).toHaveTitle("(1) Marsh · Mosaic");
    }
    for (const page of devices(bob)) {
      await expect(dots(page)).toHaveCount(0);
      await expect(page).toHaveTitle("Otter dam · Mosaic");
    }
    await row(ann.phone, "Heron pond").click();
    await expect(await nextAnswer(ann.phone, "Juniper", 3)).toContainText("heron20");
    for (const page of devices(ann)) {
      await expect(dots(page)).toHaveCount(0);
    }
    await expect(ann.laptop).toHaveTitle("Marsh · Mosaic");
    await expectNothingOf(anns, bob, bobs);
  });

  test("a model that takes its time is said to do so on both devices; Stop on one ends the answer on the other, which says where it was stopped", async () => {
    await row(ann.laptop, "Heron pond").click();
    await expect(ann.laptop).toHaveTitle("Heron pond · Mosaic");
    await expect(answers(ann.laptop, "Juniper")).toHaveCount(3);
    await send(ann.laptop, "Juniper", "Count 600 herons, late");
    const answer = (page: Page): Locator => answers(page, "Juniper").nth(3);
    for (const page of devices(ann)) {
      await expect(answer(page)).toContainText("The model takes its time. Mosaic goes on waiting for it.");
      await expect(spoken(page, "The model takes its time. Mosaic goes on waiting for it.")).toHaveCount(1);
    }
    for (const page of devices(ann)) {
      await expect(answer(page)).toContainText("heron3 ");
      await expect(answer(page)).not.toContainText("The model takes its time");
    }
    const before = own.llm.abortedCount;
    await ann.phone.getByRole("button", { name: "Stop answering" }).click();
    await expect(answer(ann.phone)).toContainText("You stopped this answer.");
    await expect(spoken(ann.phone, "Stopped.")).toHaveCount(1);
    await expect(answer(ann.laptop)).toContainText("You stopped this answer in another window.");
    await expect(spoken(ann.laptop, "Stopped in another window.")).toHaveCount(1);
    await expect.poll(() => own.llm.abortedCount).toBeGreaterThan(before);
    const stored = (await ann.client.conversation(ann.conversation)).messages.at(-1);
    expect(stored?.status).toBe("stopped");
    const kept = stored?.content.match(/heron\d+/g) ?? [];
    expect(kept).toEqual(numbered("heron", kept.length));
    for (const page of devices(ann)) {
      await expect.poll(async () => (await answer(page).innerText()).match(/heron\d+/g)).toEqual(kept);
      await expect(page.getByRole("button", { name: "Stop answering" })).toHaveCount(0);
    }
    await expectAccessible(ann.laptop);
    await ann.laptop.reload();
    await expect(answer(ann.laptop)).toContainText("You stopped this answer.");
    await expectNothingOf(/heron|Juniper|another window|takes its time/i, bob, bobs);
  });

  test("what the agent does is shown folded as it happens, with what it was given, what came of it and how long it took, and stays after a reload", async () => {
    isSeen = false;
    await send(ann.laptop, "Juniper", "Use your tool");
    await Promise.all(devices(ann).map(untilToolRuns));
    isSeen = true;
    for (const page of devices(ann)) {
      await expect(await nextAnswer(page, "Juniper", 5)).toContainText("The tool answered");
    }
    await ann.phone.reload();
    for (const page of devices(ann)) {
      const call = answers(page, "Juniper").nth(4).getByRole("group").first();
      await expect(call).toHaveText(/^sessions_list done · \d+ s/);
      await expect(call.getByLabel("Given")).toBeHidden();
      await expect(call.getByLabel("Result")).toBeHidden();
      await call.getByText("sessions_list done").click();
      await expect(call.getByLabel("Given")).toHaveText('{"limit":1}');
      await expect(call.getByLabel("Result")).toContainText(ann.conversation);
      await expectAccessible(page);
    }
    await expectNothingOf(/heron|Juniper|sessions_list/i, bob, bobs);
  });

  test("of a person's answers five are under way at once: a sixth message is not sent, says why and stays in the field, and the other person's is answered", async () => {
    const { agentId } = await ann.client.conversation(ann.conversation);
    const busy = await Promise.all(Array.from({ length: 5 }, async () => ann.client.newConversation(agentId)));
    const begun = busy.map(async (id) => ann.client.turn(id, "Count 300 herons", (events) => events.some(({ type }) => type === "delta")));
    await Promise.all(begun);
    await send(ann.laptop, "Juniper", "Count 3 herons");
    await expect(ann.laptop.getByText("5 answers are under way already. Wait for one of them, or stop it.")).toBeVisible();
    await expect(ann.laptop.getByText(/^Not sent: /)).toBeVisible();
    await expect(ann.laptop.getByRole("textbox", { name: "Message Juniper" })).toHaveValue("Count 3 herons");
    await expectAccessible(ann.laptop);
    await send(bob.laptop, "Sycamore", "Count 3 otters");
    for (const page of devices(bob)) {
      await expect(await nextAnswer(page, "Sycamore", 3)).toContainText("otter3");
    }
    await expectNothingOf(/heron|Juniper|Not sent/i, bob, bobs);
    const firstOfThem = async (): Promise<Message | undefined> => (await ann.client.conversation(busy[0] ?? "")).messages.at(-1);
    await ann.client.stopTurn((await firstOfThem())?.id ?? "");
    await expect.poll(async () => (await firstOfThem())?.status).toBe("stopped");
    await ann.laptop.getByRole("button", { name: "Send message" }).click();
    await expect(await nextAnswer(ann.laptop, "Juniper", 6)).toContainText("heron3");
    await expect(ann.laptop.getByText(/^Not sent: /)).toHaveCount(0);
  });
});

/** A tool's call may be over within a tenth of a second, so each frame of the page is looked at. */
async function untilToolRuns(page: Page): Promise<void> {
  const isShownFolded = (): boolean =>
    [...document.querySelectorAll("article[aria-busy=true] details:not([open]) > summary")].some(({ textContent }) =>
      textContent.startsWith("sessions_list is running"),
    );
  await page.waitForFunction(isShownFolded, undefined, { polling: "raf", timeout: 30_000 });
}
