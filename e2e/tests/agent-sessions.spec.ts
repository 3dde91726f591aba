import { expect, type Locator, type Page } from "@playwright/test";
import type { DemoBehaviour } from "@mosaic/demo-llm/demo-llm";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { test, whyNot } from "../support/fixtures.ts";
import { answers, nextAnswer, send, signIn } from "../support/pages.ts";
import { storeTalk } from "../support/stored-messages.ts";

test.use({ installation: "agent-sessions" });
test.describe.configure({ mode: "serial" });

const row = (page: Page, title: string): Locator =>
  page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: title });
const question = (page: Page, at: number): Locator => page.getByRole("article", { name: "You", exact: true }).nth(at);

/** Tells what the model was sent of what the person said, so that an answer shows what the agent knows. */
const behaviour: DemoBehaviour = ({ messages }) => {
  const said = messages.flatMap(({ role, text }) => (role === "user" ? [text] : []));
  return said.at(-1)?.includes("What do you know?") === true ? { kind: "text", text: `I know: ${said.join(" / ")}` } : undefined;
};

// Sessions are OpenClaw's own whatever runs it, so one runtime is enough.
test.describe("sessions of an agent @process", () => {
  let client: ApiClient;
  let ada: string;
  let forgotten: string;
  let laptop: Page;
  let phone: Page;

  const begin = async (title: string): Promise<string> => {
    const id = await client.newConversation(ada);
    await client.json("PATCH", `/api/conversations/${id}`, { title });
    return id;
  };

  const open = async (title: string): Promise<void> => {
    for (const page of [laptop, phone]) {
      await row(page, title).click();
      await expect(page).toHaveTitle(new RegExp(`^(\\(\\d+\\) )?${title} · Mosaic$`));
    }
  };

  const say = async (text: string, count: number): Promise<void> => {
    await send(laptop, "Ada", text);
    for (const page of [laptop, phone]) {
      await nextAnswer(page, "Ada", count);
    }
  };

  /** What OpenClaw itself lists as the sessions that it has. */
  const sessions = async (conversationId: string): Promise<string> =>
    (await client.turn(conversationId, "[demo:tool name=sessions_list args={}]")).text;

  test.beforeAll(async ({ world, browser }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    world.llm.setBehaviour(behaviour);
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
        models: [{ id: "mosaic-demo" }],
      },
    });
    ada = agent.id;
    forgotten = await begin("To be forgotten");
    [laptop, phone] = await Promise.all([
      (await browser.newContext()).newPage(),
      (await browser.newContext()).newPage(),
      client.turn(forgotten, "My dog is called Rex."),
    ]);
    for (const page of [laptop, phone]) {
      await signIn(page, world, "root");
    }
  });

  test.afterAll(async () => {
    await Promise.all([laptop, phone].map(async (page) => page?.context().close()));
  });

  test("an agent that sleeps is woken by a message, and both devices show how far it is", async () => {
    await open("To be forgotten");
    await client.json("POST", `/api/agents/${ada}/stop`, {});
    await expect.poll(async () => (await client.json<{ status: string }>("GET", `/api/agents/${ada}`)).status).toBe("stopped");
    await send(laptop, "Ada", "What do you know?");
    for (const page of [laptop, phone]) {
      const card = page.getByRole("group", { name: /^Starting Ada\. Waking, \d+ %$/ });
      await expect(card.locator("[aria-current=step]")).toHaveText(/^(Creating|Starting|Getting ready)$/);
      await expect(card).toContainText(/Waking, \d+ % · \d+ s/);
      await expect(card).toContainText(/A start takes about \d+ seconds? on this machine\./);
      const percent = async (): Promise<number> =>
        Number(await card.getByRole("progressbar", { name: "Start-up progress" }).getAttribute("aria-valuenow"));
      const before = await percent();
      await expect.poll(percent).toBeGreaterThan(before);
    }
    for (const page of [laptop, phone]) {
      await expect(await nextAnswer(page, "Ada", 2)).toContainText("I know: My dog is called Rex. / What do you know?");
      await expect(page.getByRole("progressbar", { name: "Start-up progress" })).toHaveCount(0);
    }
  });

  test("a deleted conversation leaves both devices at once, and its agent still has it while it can be brought back", async ({ world }) => {
    const garden = await begin("Garden");
    expect(await sessions(garden)).toContain(`conv-${forgotten}`);
    await laptop.getByRole("button", { name: "Actions for To be forgotten" }).click();
    await laptop.getByRole("menuitem", { name: "Delete" }).click();
    for (const page of [laptop, phone]) {
      await expect(row(page, "To be forgotten")).toHaveCount(0);
    }
    expect(await sessions(garden)).toContain(`conv-${forgotten}`);
    // As if it had been done four minutes ago: nobody can bring it back.
    await world.database.query("UPDATE conversations SET deleted_at = deleted_at - interval '4 minutes' WHERE id = $1", [forgotten]);
  });

  test("two conversations that begin alike share nothing of what follows", async () => {
    await begin("Pets of Ann");
    await begin("Pets of Bob");
    for (const [title, pet] of [
      ["Pets of Ann", "My cat is called Tom."],
      ["Pets of Bob", "My fish is called Zander."],
    ] as const) {
      await open(title);
      await say("Let us talk about pets.", 1);
      await say(pet, 2);
    }
    await say("What do you know?", 3);
    for (const page of [laptop, phone]) {
      await expect(answers(page, "Ada").nth(2)).toContainText(
        "I know: Let us talk about pets. / My fish is called Zander. / What do you know?",
      );
    }
    await open("Pets of Ann");
    await say("What do you know?", 3);
    for (const page of [laptop, phone]) {
      await expect(answers(page, "Ada").nth(2)).toContainText(
        "I know: Let us talk about pets. / My cat is called Tom. / What do you know?",
      );
    }
  });

  test("a branch knows what was said before it and nothing of the other one, which is as it was when one goes back", async () => {
    await question(laptop, 1).getByRole("button", { name: "Edit message" }).click();
    await laptop.getByRole("textbox", { name: "Your message" }).fill("My bird is called Kiwi.");
    await laptop.keyboard.press("Enter");
    for (const page of [laptop, phone]) {
      await expect(question(page, 1)).toContainText("My bird is called Kiwi.");
      await expect(answers(page, "Ada")).toHaveCount(2);
      await expect(await nextAnswer(page, "Ada", 2)).not.toContainText("could not go back");
    }
    await say("What do you know?", 3);
    for (const page of [laptop, phone]) {
      await expect(answers(page, "Ada").nth(2)).toContainText(
        "I know: Let us talk about pets. / My bird is called Kiwi. / What do you know?",
      );
    }
    await question(phone, 1).getByRole("button", { name: "Previous version" }).click();
    for (const page of [laptop, phone]) {
      await expect(question(page, 1)).toContainText("My cat is called Tom.");
      await expect(answers(page, "Ada")).toHaveCount(3);
    }
    await say("What do you know?", 4);
    const known = "I know: Let us talk about pets. / My cat is called Tom. / What do you know? / What do you know?";
    for (const page of [laptop, phone]) {
      await expect(answers(page, "Ada").nth(3)).toContainText(known);
    }
  });

  test("where the agent can't go back to a point, the answer says so on both devices, and what was said before goes along as quotes", async ({
    world,
  }) => {
    const kept = await begin("Kept without its session");
    await storeTalk(world, kept, ["I grow pumpkins.", "How nice.", "I grow melons, too.", "Even nicer."]);
    await open("Kept without its session");
    await question(laptop, 1).getByRole("button", { name: "Edit message" }).click();
    await laptop.getByRole("textbox", { name: "Your message" }).fill("What do you know?");
    await laptop.keyboard.press("Enter");
    const inexact = "The agent could not go back to this point, so Mosaic quoted the earlier messages to it.";
    for (const page of [laptop, phone]) {
      const answer = await nextAnswer(page, "Ada", 2);
      await expect(answer).toContainText(`${inexact} It may have forgotten what it did along the way.`);
      await expect(answer).toContainText("I grow pumpkins.");
      await expect(answer).not.toContainText("melons");
    }
    await expectAccessible(laptop);
    await laptop.reload();
    await expect(answers(laptop, "Ada").nth(1)).toContainText(inexact);
    await say("What do you know?", 3);
    await expect(answers(phone, "Ada").nth(2)).not.toContainText("could not go back");
  });

  test("once it can't be brought back, OpenClaw has no session of the deleted conversation any more, and those of the others", async ({
    world,
  }) => {
    const rest = async (): Promise<number> =>
      (
        await world.database.query(
          "SELECT id::text AS id FROM conversations WHERE id = $1 UNION SELECT session FROM agent_sessions_to_delete",
          [forgotten],
        )
      ).length;
    await expect.poll(rest, { timeout: 120_000 }).toBe(0);
    const asking = await begin("Which are there");
    await open("Which are there");
    await say("[demo:tool name=sessions_list args={}]", 1);
    const call = answers(laptop, "Ada").first().getByRole("group").first();
    await call.getByText("sessions_list done").click();
    await expect(call.getByLabel("Result")).toContainText(`conv-${asking}`);
    await expect(call.getByLabel("Result")).not.toContainText(forgotten);
  });
});
