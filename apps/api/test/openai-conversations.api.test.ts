import type { ConversationWithMessages } from "@mosaic/contracts/chat";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentOf, conversationOf, createConversation, say } from "./harness/chat.js";
import { programmer, tokenOf, type Programmer } from "./harness/programs.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.close();
});

type Said = readonly (readonly ["user" | "assistant" | "system" | "developer", string])[];

interface Answered {
  readonly text: string;
  readonly conversationId: string;
}

async function ask({ post, model }: Programmer, said: Said, headers: Record<string, string> = {}, more: object = {}): Promise<Answered> {
  const messages = said.map(([role, content]) => ({ role, content }));
  const response = await post("chat/completions", { model, messages, ...more }, headers);
  const answer = (await response.json()) as { choices?: { message: { content: string } }[] };
  expect([response.status, answer]).toEqual([200, answer]);
  return { text: answer.choices?.[0]?.message.content ?? "", conversationId: response.headers.get("x-mosaic-conversation") ?? "" };
}

/** What the agent was sent, and in which session. */
function sentTo({ agentId }: Programmer): { message: string; session: string }[] {
  return app.runtime
    .gatewayOf(agentId)
    .requests.filter(({ path }) => path === "chat.send")
    .map(({ body }) => body as { message: string; sessionKey: string })
    .map(({ message, sessionKey }) => ({ message: message.split("\n\n[Files that you make")[0] ?? "", session: sessionKey }));
}

async function pathOf({ client }: Programmer, id: string): Promise<string[]> {
  return (await conversationOf(client, id)).messages.map(({ content }) => content);
}

async function listed({ client }: Programmer): Promise<ConversationWithMessages[]> {
  return (await client.get("/api/conversations")).json<{ conversations: ConversationWithMessages[] }>().conversations;
}

test("a client that says everything each time brings only what is new, and its conversation is in the page", async () => {
  const ann = await programmer(app);
  const one = await ask(ann, [["user", "My cat is Pumpkin"]]);
  const two = await ask(ann, [
    ["user", "My cat is Pumpkin"],
    ["assistant", `${one.text}\n`],
    ["user", "What is it called?"],
  ]);
  expect(two.conversationId).toBe(one.conversationId);
  expect(sentTo(ann).map(({ message }) => message)).toEqual(["My cat is Pumpkin", "What is it called?"]);
  expect(new Set(sentTo(ann).map(({ session }) => session)).size).toBe(1);
  expect(two.text).toContain("I was sent 3 messages");
  expect((await listed(ann)).map(({ id, title }) => [id, title])).toEqual([[one.conversationId, "My cat is Pumpkin"]]);
});

test("an edited question becomes a branch, one that is asked again another version, and the path in the page follows", async () => {
  const ann = await programmer(app);
  const one = await ask(ann, [["user", "One"]]);
  const begun: Said = [
    ["user", "One"],
    ["assistant", one.text],
  ];
  const two = await ask(ann, [...begun, ["user", "Two"]]);
  const edited = await ask(ann, [...begun, ["user", "Two, in other words"]]);
  expect(edited.conversationId).toBe(one.conversationId);
  expect(await pathOf(ann, one.conversationId)).toEqual(["One", one.text, "Two, in other words", edited.text]);
  const again = await ask(ann, [...begun, ["user", "Two, in other words"]]);
  const { messages } = await conversationOf(ann.client, one.conversationId);
  expect(messages.map(({ versions }) => versions?.count)).toEqual([undefined, undefined, 2, 2]);
  expect(messages.at(-1)?.content).toBe(again.text);
  // Back on the first branch: the program goes on there, whatever is shown.
  await ask(ann, [...begun, ["user", "Two"], ["assistant", two.text], ["user", "Three"]]);
  expect((await pathOf(ann, one.conversationId)).filter((_, at) => at % 2 === 0)).toEqual(["One", "Two", "Three"]);
  const sessions = sentTo(ann).map(({ session }) => session);
  expect(sessions[4]).toBe(sessions[1]);
  expect(new Set(sessions).size).toBe(3);
});

test("two conversations that begin alike share nothing: not with another token, not with another agent, not by another name", async () => {
  const ann = await programmer(app);
  const other = { ...ann, ...withToken(ann, await tokenOf(ann.client)) };
  const secret: Said = [["user", "The word is pelican"]];
  const one = await ask(ann, secret);
  const two = await ask(other, secret);
  const named = await ask(ann, secret, { "x-conversation-id": "a" });
  const namedOther = await ask(ann, secret, { "x-conversation-id": "b" });
  expect(new Set([one, two, named, namedOther].map(({ conversationId }) => conversationId)).size).toBe(4);
  expect(new Set(sentTo(ann).map(({ session }) => session)).size).toBe(4);
  for (const { text } of [one, two, named, namedOther]) {
    expect(text).toContain("I was sent 1 message");
  }
});

function withToken({ model }: Programmer, token: string): Pick<Programmer, "post" | "model"> {
  return {
    model,
    post: async (path, body, headers = {}) =>
      fetch(`${app.url}/v1/${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
  };
}

test("the names count in their order, and a message alone goes on in a conversation that a name means", async () => {
  const ann = await programmer(app);
  const hello: Said = [["user", "Hello"]];
  const first = await ask(ann, hello, { "x-session-id": "s" });
  const second = await ask(ann, [["user", "More"]], { "x-session-id": "s" });
  expect(second.conversationId).toBe(first.conversationId);
  expect(await pathOf(ann, first.conversationId)).toEqual(["Hello", first.text, "More", second.text]);
  const both = await ask(ann, hello, { "x-session-id": "s", "x-conversation-id": "c" });
  expect(both.conversationId).not.toBe(first.conversationId);
  const inBody = await ask(ann, hello, {}, { metadata: { conversation_id: "c" } });
  expect(inBody.conversationId).toBe(both.conversationId);
  const byUser = await ask(ann, hello, {}, { user: "conv:c" });
  expect(byUser.conversationId).toBe(both.conversationId);
  const noName = await ask(ann, hello, {}, { user: "ann@example.org" });
  expect(noName.conversationId).not.toBe(both.conversationId);
});

test("a chat program that numbers its chats begins a first message anew, as its person did", async () => {
  const ann = await programmer(app);
  const chat = { "x-openwebui-chat-id": "7f" };
  const one = await ask(ann, [["user", "A typo"]], chat);
  const two = await ask(ann, [["user", "No typo"]], chat);
  expect(two.conversationId).toBe(one.conversationId);
  expect(await pathOf(ann, one.conversationId)).toEqual(["No typo", two.text]);
  expect(two.text).toContain("I was sent 1 message");
});

test("a conversation of the page goes on in a program by its id, and another person's is nobody's", async () => {
  const ann = await programmer(app);
  const id = await createConversation(ann.client, ann.agentId);
  await say(ann.client, id, "From the page");
  const more = await ask(ann, [["user", "From a program"]], { "x-mosaic-conversation": id });
  expect(more.conversationId).toBe(id);
  expect(more.text).toContain("I was sent 3 messages");
  const bob = await programmer(app);
  const foreign = await ask(bob, [["user", "Mine?"]], { "x-mosaic-conversation": id });
  expect(foreign.conversationId).not.toBe(id);
  expect(await pathOf(ann, id)).not.toContain("Mine?");
});

test("a history that nobody here knows is quoted to the agent, and kept where the page shows it", async () => {
  const ann = await programmer(app);
  const elsewhere: Said = [
    ["user", "I keep bees"],
    ["assistant", "How many hives?"],
    ["user", "Three. And now?"],
  ];
  const { conversationId, text } = await ask(ann, elsewhere);
  expect(await pathOf(ann, conversationId)).toEqual(["I keep bees", "How many hives?", "Three. And now?", text]);
  expect(sentTo(ann).at(-1)?.message).toMatch(/> I keep bees[\s\S]*> How many hives\?[\s\S]*Three\. And now\?$/);
  const told = "SELECT details->>'messages' AS messages FROM audit_events WHERE action = $1 AND target_id = $2";
  expect(await app.database.query(told, ["conversation.tell", conversationId])).toEqual([{ messages: "2" }]);
  // From then on it is known.
  const next = await ask(ann, [...elsewhere, ["assistant", text], ["user", "Thanks"]]);
  expect(next.conversationId).toBe(conversationId);
  expect(sentTo(ann).at(-1)?.message).toBe("Thanks");
  // Somebody rewrites an answer: the agent is told of it in a session of its own.
  const rewritten = await ask(ann, [
    ["user", "I keep bees"],
    ["assistant", "How many wasps?"],
    ["user", "None"],
  ]);
  expect(rewritten.conversationId).toBe(conversationId);
  expect((await pathOf(ann, conversationId)).slice(0, 3)).toEqual(["I keep bees", "How many wasps?", "None"]);
  expect(sentTo(ann).at(-1)?.message).not.toContain("hives");
  expect(new Set(sentTo(ann).map(({ session }) => session)).size).toBe(2);
});

test("what a program tells of itself goes before its first message, and again only when it changes", async () => {
  const ann = await programmer(app);
  const named = { "x-conversation-id": "c" };
  await ask(
    ann,
    [
      ["system", "Be a pirate."],
      ["user", "One"],
    ],
    named,
  );
  await ask(
    ann,
    [
      ["system", "Be a pirate."],
      ["user", "Two"],
    ],
    named,
  );
  const third = await ask(
    ann,
    [
      ["developer", "Be a poet."],
      ["user", "Three"],
    ],
    named,
  );
  const sent = sentTo(ann).map(({ message }) => message);
  expect(sent[0]).toMatch(/> Be a pirate\.[\s\S]*One$/);
  expect(sent[1]).toBe("Two");
  expect(sent[2]).toMatch(/> Be a poet\.[\s\S]*Three$/);
  expect((await pathOf(ann, third.conversationId)).filter((_, at) => at % 2 === 0)).toEqual(["One", "Two", "Three"]);
});

test("an answer that its program left half-way is known by what the program had of it", async () => {
  const ann = await programmer(app);
  const question = "[demo:slow ms=60 words=400]";
  const leaving = new AbortController();
  const response = await ann.post(
    "chat/completions",
    { model: ann.model, stream: true, messages: [{ role: "user", content: question }] },
    {},
    leaving.signal,
  );
  const conversationId = response.headers.get("x-mosaic-conversation") ?? "";
  let got = "";
  const reader = response.body?.getReader();
  while (got.length <= 20) {
    const { value } = (await reader?.read()) ?? {};
    got += [
      ...Buffer.from(value ?? [])
        .toString()
        .matchAll(/"content":"([^"]*)"/g),
    ]
      .map(([, piece]) => piece)
      .join("");
  }
  leaving.abort();
  const next = await ask(ann, [
    ["user", question],
    ["assistant", got],
    ["user", "Never mind"],
  ]);
  expect(next.conversationId).toBe(conversationId);
  const { messages } = await conversationOf(ann.client, conversationId);
  expect(messages.map(({ content, status }) => [content.startsWith(got), status]).slice(1, 2)).toEqual([[true, "stopped"]]);
  expect(messages[2]?.content).toBe("Never mind");
  expect(sentTo(ann).at(-1)?.message).toBe("Never mind");
});

test("a turn in the background outlives its program", async () => {
  const ann = await programmer(app);
  await ask(ann, [["user", "wake"]]);
  const leaving = new AbortController();
  const messages = [{ role: "user", content: "[demo:slow ms=100 words=40]" }];
  const response = await ann.post("chat/completions", { model: ann.model, stream: true, background: true, messages }, {}, leaving.signal);
  const conversationId = response.headers.get("x-mosaic-conversation") ?? "";
  leaving.abort();
  await expect
    .poll(async () => (await conversationOf(ann.client, conversationId)).messages.at(-1)?.status, { timeout: 15_000 })
    .toBe("complete");
});

test("a token that shows no conversations keeps them out of the list, and what they say is there by its id", async () => {
  const ann = await programmer(app, { showsConversations: false });
  const { conversationId } = await ask(ann, [["user", "Quietly"]]);
  expect(await listed(ann)).toEqual([]);
  expect((await pathOf(ann, conversationId))[0]).toBe("Quietly");
});

test("many at once: those of one conversation wait for each other, and so do all of a person's", async () => {
  const ann = await programmer(app);
  await ask(ann, [["user", "wake"]]);
  const inOne = await Promise.all([1, 2, 3].map(async (n) => ask(ann, [["user", `Message ${n}`]], { "x-conversation-id": "one" })));
  expect(new Set(inOne.map(({ conversationId }) => conversationId)).size).toBe(1);
  expect(await pathOf(ann, inOne[0]?.conversationId ?? "")).toHaveLength(6);
  const apart = await Promise.all(Array.from({ length: 12 }, async (_, n) => ask(ann, [["user", `[demo:slow ms=10 words=20] ${n}`]])));
  expect(new Set(apart.map(({ conversationId }) => conversationId)).size).toBe(12);
  expect((await agentOf(ann.client, ann.agentId)).status).toBe("running");
});

test("a message of a program waits for an answer that its owner asked for in the page", async () => {
  const ann = await programmer(app);
  const id = await createConversation(ann.client, ann.agentId);
  const inPage = say(ann.client, id, "[demo:slow ms=60 words=20]");
  await expect.poll(async () => (await conversationOf(ann.client, id)).messages.length).toBe(2);
  const after = await ask(ann, [["user", "And then?"]], { "x-mosaic-conversation": id });
  expect((await inPage).message.status).toBe("complete");
  expect((await pathOf(ann, id)).at(-1)).toBe(after.text);
});

test("system prompts have a length together, however many there are", async () => {
  const ann = await programmer(app);
  const prompts = Array.from({ length: 3 }, () => ({ role: "system", content: "\n".repeat(150_000) }));
  const response = await ann.post("chat/completions", { model: ann.model, messages: [...prompts, { role: "user", content: "Hi" }] });
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { error: { message: expect.stringContaining("System prompts") as string } },
  ]);
});
