import { expect, type Locator, type Page } from "@playwright/test";
import type { DemoBehaviour } from "@mosaic/demo-llm/demo-llm";
import OpenAI, { AuthenticationError, NotFoundError } from "openai";
import type { ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionTool } from "openai/resources/chat/completions";
import { expectAccessible, expectGoodLooks, narrow } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { agentContainers } from "../support/docker.ts";
import { test, whyNot, type World } from "../support/fixtures.ts";
import { answers, nextAnswer, send } from "../support/pages.ts";
import { devices, everyWordOf, join, type Person } from "../support/people.ts";

test.use({ installation: "programs" });
test.describe.configure({ mode: "serial" });

const needle = "PELICAN-7";
const wide = { width: 1440, height: 900 };
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const weather: ChatCompletionTool = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
};

const user = (content: string): ChatCompletionMessageParam => ({ role: "user", content });
const assistant = (content: string): ChatCompletionMessageParam => ({ role: "assistant", content });
const row = (page: Page, title: string): Locator =>
  page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: title });
const question = (page: Page, at: number): Locator => page.getByRole("article", { name: "You", exact: true }).nth(at);

/** Tells what the model was sent of what the person said, so that an answer shows what the agent knows. */
const behaviour: DemoBehaviour = ({ messages }) => {
  const said = messages.flatMap(({ role, text }) => (role === "user" ? [text] : []));
  return said.at(-1)?.includes("What do you know?") === true ? { kind: "text", text: `I know: ${said.join(" / ")}` } : undefined;
};

/** What is pasted into a program. */
interface Settings {
  readonly baseURL: string;
  readonly apiKey: string;
  readonly model: string;
}

interface Streamed {
  readonly text: string;
  readonly first: ChatCompletionChunk | undefined;
  /** What there was to see as the first chunk came. */
  readonly atFirst: string;
}

const clientOf = ({ baseURL, apiKey }: Pick<Settings, "baseURL" | "apiKey">): OpenAI => new OpenAI({ baseURL, apiKey });

async function stream(
  settings: Settings,
  messages: ChatCompletionMessageParam[],
  headers: Readonly<Record<string, string>> = {},
  look: () => Promise<string> = async () => "",
): Promise<Streamed> {
  const chunks: ChatCompletionChunk[] = [];
  let atFirst = "";
  for await (const chunk of await clientOf(settings).chat.completions.create(
    { model: settings.model, messages, stream: true },
    { headers: { ...headers } },
  )) {
    if (chunks.length === 0) atFirst = await look();
    chunks.push(chunk);
  }
  const text = chunks.map(({ choices: [choice] }) => choice?.delta.content ?? "").join("");
  return { text, first: chunks[0], atFirst };
}

async function copied(page: Page, button: string): Promise<string> {
  await page.evaluate(async () => navigator.clipboard.writeText(""));
  await page.getByRole("button", { name: button }).click();
  const read = async (): Promise<string> => page.evaluate(async () => navigator.clipboard.readText());
  await expect.poll(read).not.toBe("");
  return read();
}

/** What the model was sent by whoever said this. */
function sentWith({ llm }: World, words: string): string[] {
  return llm.requests.map(({ body }) => JSON.stringify(body)).filter((body) => body.includes(words));
}

// The agents are the real OpenClaw in containers of their own.
test.describe("programs that speak OpenAI's API @docker", () => {
  const chat = { "X-OpenWebUI-Chat-Id": "5b0f6a52-notebook" };
  let ann: Person;
  let bob: Person;
  let notebook: Settings;
  let quiet: Settings;
  let conversationId = "";
  const history: ChatCompletionMessageParam[] = [];

  /** Makes a token in the page and copies it. */
  const makeToken = async (page: Page, name: string, isShown: boolean): Promise<string> => {
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await expect(page.getByRole("checkbox", { name: "Chat", exact: true })).toBeChecked();
    await page.getByRole("checkbox", { name: "Show its conversations in the chat" }).setChecked(isShown);
    await expectFitting(page);
    await page.getByRole("button", { name: "Create token" }).click();
    await page.getByText("This is the only time it is shown").waitFor();
    await expectFitting(page);
    const token = await copied(page, "Copy access token");
    await page.getByRole("button", { name: "Close" }).click();
    return token;
  };

  /** What is open on the page, on a large window and on a small one. */
  const expectFitting = async (page: Page): Promise<void> => {
    for (const size of [narrow, wide]) {
      await page.setViewportSize(size);
      await expectAccessible(page);
      const dialog = page.getByRole("dialog");
      expect(await dialog.evaluate((open) => open.scrollWidth - open.clientWidth)).toBe(0);
    }
  };

  /** What the program knows of its conversation goes on with what it says and is answered. */
  const goOn = async (text: string, look?: () => Promise<string>): Promise<Streamed> => {
    history.push(user(text));
    const answer = await stream(notebook, history, chat, look);
    history.push(assistant(answer.text));
    return answer;
  };

  test.beforeAll(async ({ browser, world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    world.llm.setBehaviour(behaviour);
    await world.mosaic.start();
    const admin = new ApiClient(() => world.mosaic.url);
    const { provider } = await admin.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: world.runtime,
      provider: {
        kind: "openai-compatible",
        name: "Team model",
        baseUrl: world.llmBaseUrl,
        apiKey: world.canaries.providerKey,
        models: [{ id: "mosaic-demo", images: true }],
      },
      sharesModel: true,
    });
    await admin.json("PUT", "/api/admin/outbound", { allowedAddresses: [new URL(world.llmBaseUrl).host] });
    const model = { providerId: provider.id, model: "mosaic-demo" };
    ann = await join(browser, world, admin, { name: "ann", agent: { name: "Ada", model, personality: `You are Ada. ${needle}.` } });
    bob = await join(browser, world, admin, { name: "bob", agent: { name: "Bert", model } });
    await ann.phone.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  });

  test.afterAll(async () => {
    for (const person of [ann, bob]) {
      if (person !== undefined) await Promise.all(devices(person).map(async (page) => page.context().close()));
    }
  });

  test("the page has all that a program is to be told, and its token is copied as it is made", async ({ world }) => {
    const page = ann.phone;
    await page.goto(`${world.mosaic.url}/settings/tokens`);
    await page.getByRole("heading", { name: "Use your agents in other programs" }).waitFor();
    const apiKey = await makeToken(page, "Notebook", true);
    const baseURL = await copied(page, "Copy the base URL");
    notebook = { apiKey, baseURL, model: await copied(page, "Copy the model of Ada") };
    quiet = { ...notebook, apiKey: await makeToken(page, "Quiet: a script that runs each night and says nothing of it", false) };
    await expectGoodLooks(page);
    await page.setViewportSize(wide);
    expect(notebook).toEqual({
      apiKey: expect.stringMatching(/^mosaic_[\w-]{43}$/),
      baseURL: `${world.mosaic.url}/v1`,
      model: `openclaw/${ann.agent.id}`,
    });
  });

  test("a program wakes her agent, and what both say is in her open page", async ({ world }) => {
    const page = ann.laptop;
    const statusOfAgent = async (): Promise<string> =>
      (await ann.client.json<{ status: string }>("GET", `/api/agents/${ann.agent.id}`)).status;
    expect(await statusOfAgent()).toBe("stopped");
    const { first, atFirst } = await goOn("My cat is called Tom.", statusOfAgent);
    expect(first?.choices[0]?.delta).toEqual({ role: "assistant", content: "" });
    expect(atFirst).not.toBe("running");
    expect(JSON.stringify(history.at(-1))).toContain("My cat is called Tom.");
    await row(page, "My cat is called Tom.").click();
    await nextAnswer(page, "Ada", 1);
    const known = "I know: My cat is called Tom. / What do you know?";
    expect((await goOn("What do you know?")).text).toBe(known);
    await expect(question(page, 0)).toContainText("My cat is called Tom.");
    await expect(question(page, 1)).toContainText("What do you know?");
    await expect(await nextAnswer(page, "Ada", 2)).toContainText(known);
    conversationId = new URL(page.url()).searchParams.get("id") ?? "";
    expect(sentWith(world, needle).length).toBeGreaterThan(0);
  });

  test("she goes on in the page, and the program after her", async () => {
    const page = ann.laptop;
    await send(page, "Ada", "And my dog Rex. What do you know?");
    await expect(await nextAnswer(page, "Ada", 3)).toContainText("My cat is called Tom. / What do you know? / And my dog Rex.");
    const { text } = await stream(notebook, [user("What do you know?")], { "X-Mosaic-Conversation": conversationId });
    expect(text).toBe("I know: My cat is called Tom. / What do you know? / And my dog Rex. What do you know? / What do you know?");
    await expect(await nextAnswer(page, "Ada", 4)).toContainText(text);
    // A program that knows nothing of what she said there goes on beside it.
    expect((await goOn("And my fish. What do you know?")).text).not.toContain("Rex");
    await expect(question(page, 2)).toContainText("And my fish.");
    await question(page, 2).getByRole("button", { name: "Previous version" }).click();
    await expect(question(page, 2)).toContainText("And my dog Rex.");
    await expect(answers(page, "Ada")).toHaveCount(4);
  });

  test("an edited history is another version, and the arrows of the page go back", async () => {
    const page = ann.laptop;
    const edited = [...history.slice(0, 2), user("My bird is Kiwi. What do you know?")];
    const { text } = await stream(notebook, edited, chat);
    expect(text).toBe("I know: My cat is called Tom. / My bird is Kiwi. What do you know?");
    await expect(question(page, 1)).toContainText("My bird is Kiwi.");
    await expect(answers(page, "Ada")).toHaveCount(2);
    await expect(answers(page, "Ada").nth(1)).not.toContainText("could not go back");
    await question(page, 1).getByRole("button", { name: "Previous version" }).click();
    await expect(answers(page, "Ada")).toHaveCount(4);
    await expect(question(page, 2)).toContainText("And my dog Rex.");
    await question(page, 1).getByRole("button", { name: "Next version" }).click();
    await expect(question(page, 1)).toContainText("My bird is Kiwi.");
    await expect(answers(page, "Ada")).toHaveCount(2);
  });

  test("a question for a title goes to the model alone, and into no conversation", async ({ world }) => {
    const page = ann.laptop;
    const asking = "Name this chat in five words.";
    const { text } = await stream(notebook, [user(asking)], { ...chat, "X-OpenWebUI-Task": "title_generation" });
    expect(text).toContain(asking);
    const sent = world.llm.requests.filter(({ body }) => JSON.stringify(body).includes(asking));
    expect(sent.map(({ body }) => body)).toEqual([expect.objectContaining({ messages: [user(asking)] })]);
    await page.reload();
    await expect(answers(page, "Ada")).toHaveCount(2);
    await expect(page.getByText(asking)).toHaveCount(0);
    const { text: known } = await stream(notebook, [user("What do you know?")], { "X-Mosaic-Conversation": conversationId });
    expect(known).not.toContain("Name this chat");
  });

  test("an image reaches the model", async ({ world }) => {
    const page = ann.laptop;
    const url = `data:image/png;base64,${png}`;
    await stream(notebook, [
      {
        role: "user",
        content: [
          { type: "text", text: "Look at this" },
          { type: "image_url", image_url: { url } },
        ],
      },
    ]);
    await row(page, "Look at this").click();
    await nextAnswer(page, "Ada", 1);
    await expect(question(page, 0)).toContainText("Shown to the model.");
    await expect(question(page, 0).getByRole("img")).toHaveJSProperty("naturalWidth", 1);
    const [sent = ""] = sentWith(world, '"type":"image_url"');
    expect(sent).toContain("Look at this");
    expect(sent).toContain(url);
  });

  test("the agent calls a tool of the program, and goes on with what it came to", async () => {
    const page = ann.laptop;
    const client = clientOf(notebook);
    const messages = [user('[demo:tool name=get_weather args={"city":"Aachen"}]')];
    const asked = await client.chat.completions.create({ model: notebook.model, messages, tools: [weather] });
    const [choice] = asked.choices;
    expect(choice?.finish_reason).toBe("tool_calls");
    const [call] = choice?.message.tool_calls ?? [];
    expect(call).toMatchObject({ type: "function", function: { name: "get_weather", arguments: '{"city":"Aachen"}' } });
    const results: ChatCompletionMessageParam[] = [
      { role: "assistant", content: choice?.message.content ?? null, tool_calls: choice?.message.tool_calls ?? [] },
      { role: "tool", tool_call_id: call?.id ?? "", content: "sunny, 21 degrees" },
    ];
    const answer = await client.chat.completions.create({ model: notebook.model, messages: [...messages, ...results], tools: [weather] });
    expect(answer.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: expect.stringContaining("sunny, 21 degrees") } });
    await row(page, "[demo:tool name=get_weather").click();
    await expect(answers(page, "Ada").first()).toContainText("Asked your program to run get_weather");
    await expect(answers(page, "Ada").last()).toContainText("sunny, 21 degrees");
    await expectAccessible(page);
  });

  test("a token that does not show its conversations leaves nothing in the page", async () => {
    const page = ann.laptop;
    await stream(quiet, [user("Only between us")]);
    await stream(notebook, [user("Between all of us")]);
    for (const reloads of [false, true]) {
      if (reloads) await page.reload();
      await expect(row(page, "Between all of us")).toBeVisible();
      for (const words of await everyWordOf(ann)) expect(words).not.toContain("Only between us");
    }
  });

  test("another person's token does not reach her agent", async () => {
    const { token } = await bob.client.json<{ token: string }>("POST", "/api/tokens", {
      name: "Bob's",
      scopes: ["chat"],
      expiresInDays: 7,
    });
    const client = clientOf({ ...notebook, apiKey: token });
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual([`openclaw/${bob.agent.id}`, "openclaw"]);
    const refusal = await client.chat.completions
      .create({ model: notebook.model, messages: [user("Hello")] })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NotFoundError);
    expect(refusal).toMatchObject({ status: 404, code: "model_not_found" });
  });

  test("a token that is revoked ends what is open on it, and lets nobody in again", async ({ world }) => {
    const page = ann.phone;
    const client = clientOf(quiet);
    const answer = await client.chat.completions.create({
      model: quiet.model,
      messages: [user("[demo:slow ms=250 words=400]")],
      stream: true,
    });
    let text = "";
    const ended = (async () => {
      for await (const { choices } of answer) text += choices[0]?.delta.content ?? "";
    })().then(
      () => "whole",
      (error: unknown) => error,
    );
    await expect.poll(() => text).toContain("word3");
    await page.getByRole("button", { name: /^Revoke Quiet/ }).click();
    await page.getByRole("button", { name: "Revoke token" }).click();
    await expect(page.getByRole("button", { name: /^Revoke Quiet/ })).toHaveCount(0);
    const revokedAt = performance.now();
    expect(await ended).toMatchObject({ message: "terminated" });
    expect(performance.now() - revokedAt).toBeLessThan(2_000);
    // Nobody is left to read it, so the agent ends it as well.
    await expect.poll(() => world.llm.activeCount).toBe(0);
    await expect(client.models.list()).rejects.toBeInstanceOf(AuthenticationError);
    await expect(stream(quiet, [user("Still there?")])).rejects.toMatchObject({ status: 401, code: "invalid_api_key" });
    expect((await clientOf(notebook).models.list()).data.map(({ id }) => id)).toContain(notebook.model);
    // One agent has answered all of it, in its container.
    const [instance] = await world.database.query("SELECT value FROM system_config WHERE key = 'instance.id'");
    expect(await agentContainers(String(instance?.["value"]))).toHaveLength(1);
  });
});
