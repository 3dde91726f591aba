import type { MessageLine } from "@mosaic/contracts/conversation-files";
import { conversationLine, messageLine } from "@mosaic/contracts/conversation-files";
import { describe, expect, test, vi } from "vitest";
import { recognised, type Recognised } from "@/features/data/import/recognised";

const now = Date.parse("2026-11-30T12:00:00Z");

type Conversation = Extract<Recognised, { kind: "conversation" }>;

const read = (value: unknown): Conversation => {
  const found = recognised(value, now);
  if (found.kind !== "conversation") throw new Error(`this is ${found.kind}`);
  const [conversation, ...messages] = found.lines;
  expect(conversationLine.parse(conversation)).toEqual(conversation);
  for (const message of messages) expect(messageLine.parse(message)).toEqual(message);
  return found;
};

/** Each message as `id<parent role: what it says`. */
const seen = ({ lines }: Conversation): string[] => lines.slice(1).map((line) => (line.type === "message" ? shown(line) : ""));

const shown = ({ id, parentId, role, parts }: MessageLine): string => {
  const said = parts.map((part) => {
    if (part.type === "tool_call") return `${part.name}(${part.input ?? ""})=${part.output ?? ""}`;
    return part.type === "reasoning" ? `(${part.text})` : part.type === "file" ? part.name : part.text;
  });
  return `${id}<${parentId ?? "-"} ${role}: ${said.join("|")}`;
};

const node = (parent: string | null, role: string, content: unknown, more: object = {}): object => ({
  parent,
  children: [],
  message: { author: { role }, create_time: 1_700_000_000.5, content, status: "finished_successfully", metadata: {}, ...more },
});
const text = (...parts: unknown[]): object => ({ content_type: "text", parts });

describe("ChatGPT", () => {
  test("a tree with what the person did not see taken out, and branches kept", () => {
    const found = read({
      title: "Räder",
      create_time: 1_700_000_000.1,
      update_time: 1_700_000_100,
      conversation_id: "c1",
      current_node: "a2",
      is_archived: true,
      mapping: {
        root: { parent: null, children: ["sys"], message: null },
        sys: node("root", "system", text("")),
        ctx: node("sys", "user", { content_type: "user_editable_context" }, { metadata: { is_visually_hidden_from_conversation: true } }),
        u1: node("ctx", "user", text("Hi")),
        a1: node("u1", "assistant", text("Hello")),
        a2: node("u1", "assistant", text("Hey")),
      },
    });
    expect(found.lines[0]).toMatchObject({ source: "chatgpt", id: "c1", title: "Räder", isArchived: true, activeMessageId: "3" });
    expect(seen(found)).toEqual(["1<- user: Hi", "2<1 assistant: Hello", "3<1 assistant: Hey"]);
    expect(found.omissions).toEqual(["system_message", "hidden_message"]);
    expect(found.lines[1]).toMatchObject({ createdAt: "2023-11-14T22:13:20.500Z", status: "complete" });
  });

  test("thoughts, calls of tools, code, images and files of one answer are its parts", () => {
    const found = read({
      id: "c2",
      mapping: {
        u: node(
          null,
          "user",
          { content_type: "multimodal_text", parts: [{ content_type: "image_asset_pointer" }, "What is it?"] },
          {
            metadata: { attachments: [{ name: "plan.pdf" }] },
          },
        ),
        t: node("u", "assistant", { content_type: "thoughts", thoughts: [{ summary: "Looking", content: "at it" }] }),
        c: node("t", "assistant", { content_type: "code", language: "python", text: "print(1)" }, { recipient: "python" }),
        o: node("c", "tool", { content_type: "execution_output", text: "1" }, { author: { role: "tool", name: "python" } }),
        a: node("o", "assistant", text("One", "")),
        k: node("a", "assistant", { content_type: "code", language: "js", text: "a\n```" }),
      },
    });
    expect(seen(found)).toEqual([
      "1<- user: An image was not imported.|What is it?|The file “plan.pdf” was not imported.",
      "2<1 assistant: (Looking\n\nat it)|python(print(1))=1|One|````js\na\n```\n````",
    ]);
    expect(found.omissions).toEqual(["image", "file"]);
  });
});

describe("Open WebUI", () => {
  test("messages by their ids, with thoughts and tools of either form", () => {
    const found = read({
      id: "w1",
      title: "Weather",
      chat: {
        history: {
          currentId: "b",
          messages: {
            q: {
              id: "q",
              parentId: null,
              role: "user",
              content: "Rain?",
              timestamp: 1_700_000_000,
              files: [{ type: "image", url: "data:" }],
            },
            a: {
              id: "a",
              parentId: "q",
              role: "assistant",
              content: "ignored",
              output: [
                { type: "reasoning", content: [{ type: "output_text", text: "Hm" }] },
                { type: "function_call", call_id: "1", name: "get", arguments: '{"city":"Paris"}' },
                { type: "function_call_output", call_id: "1", output: [{ type: "input_text", text: "rain" }] },
                { type: "message", content: [{ type: "output_text", text: "Yes" }] },
              ],
            },
            b: {
              id: "b",
              parentId: "q",
              role: "assistant",
              content:
                '<details type="reasoning" done="true"><summary>Thought</summary>\n&gt; a &lt; b\n&gt; c</details>\n' +
                '<details type="tool_calls" name="get" arguments="&quot;x&quot;" result="y"><summary>Tool</summary></details>\nNo',
            },
            s: { id: "s", parentId: null, role: "system", content: "Be kind" },
          },
        },
      },
      created_at: 1_700_000_000,
      updated_at: 1_700_000_100,
      pinned: true,
    });
    expect(found.lines[0]).toMatchObject({
      source: "open_webui",
      isPinned: true,
      activeMessageId: "3",
      updatedAt: "2023-11-14T22:15:00.000Z",
    });
    expect(seen(found)).toEqual([
      "1<- user: Rain?|An image was not imported.",
      '2<1 assistant: (Hm)|get({"city":"Paris"})=rain|Yes',
      '3<1 assistant: (a < b\nc)|get("x")=y|No',
    ]);
    expect(found.omissions).toEqual(["image", "system_message"]);
  });

  test("an answer that failed says so, and details without an end are text", () => {
    const messages = {
      q: { parentId: null, role: "user", content: "Hi" },
      a: { parentId: "q", role: "assistant", content: "", error: { content: "No key" } },
      b: { parentId: "q", role: "assistant", content: '<details type="reasoning">Hm', done: false },
    };
    const found = read({ id: "w", chat: { history: { messages } } });
    expect(found.lines.slice(2)).toMatchObject([{ status: "failed" }, { status: "broken_off" }]);
    expect(seen(found)[2]).toBe('3<1 assistant: <details type="reasoning">Hm');
  });
});

describe("LibreChat", () => {
  const root = "00000000-0000-0000-0000-000000000000";
  test("a list with parents", () => {
    const found = read({
      conversationId: "l1",
      title: "Pelicans",
      recursive: false,
      messages: [
        { messageId: "q", parentMessageId: root, isCreatedByUser: true, text: "Hi", createdAt: "2024-03-01T12:00:00.000Z" },
        {
          messageId: "a",
          parentMessageId: "q",
          isCreatedByUser: false,
          text: "",
          content: [
            { type: "think", think: "Hm" },
            { type: "tool_call", tool_call: { id: "1", name: "get", args: "{}", output: "rain" } },
            { type: "text", text: { value: "Hello" } },
            { type: "image_file", image_file: {} },
          ],
          unfinished: true,
        },
      ],
    });
    expect(seen(found)).toEqual(["1<- user: Hi", "2<1 assistant: (Hm)|get({})=rain|Hello|An image was not imported."]);
    expect(found.lines[2]).toMatchObject({ status: "broken_off", createdAt: "2024-03-01T12:00:00.000Z" });
  });

  test("a tree in children, under either name and however deep", () => {
    const leaf = { messageId: "b", sender: "GPT-4", text: "Hey", children: [] };
    const tree = [{ messageId: "q", sender: "User", text: "Hi", children: [{ messageId: "a", sender: "GPT-4", text: "Hello" }, leaf] }];
    const expected = ["1<- user: Hi", "2<1 assistant: Hello", "3<1 assistant: Hey"];
    expect(seen(read({ conversationId: "l2", recursive: true, messagesTree: tree }))).toEqual(expected);
    expect(seen(read({ conversationId: "l2", recursive: true, messages: { children: tree } }))).toEqual(expected);
    let deep: object = { messageId: "0", text: "end" };
    for (let depth = 1; depth < 20_000; depth += 1) {
      deep = { messageId: String(depth), isCreatedByUser: depth % 2 === 1, text: "x", children: [deep] };
    }
    expect(read({ conversationId: "l3", messages: [deep] }).lines.length).toBe(20_001);
  });
});

describe("a file of an enemy", () => {
  const mapping = (nodes: Readonly<Record<string, object>>): object => ({ id: "x", mapping: nodes });

  test.each([
    ["a circle", mapping({ a: node("b", "user", text("A")), b: node("a", "assistant", text("B")) }), 2],
    ["itself as parent", mapping({ a: node("a", "user", text("A")) }), 1],
    [
      "a circle of messages that are left out",
      mapping({ a: node("b", "system", text("")), b: node("a", "system", text("")), c: node("b", "user", text("C")) }),
      1,
    ],
    ["a parent that there is not", mapping({ a: node("nobody", "user", text("A")) }), 1],
    [
      "wrong types everywhere",
      { id: {}, title: 1, current_node: [], mapping: { a: 1, b: null, c: { message: { author: 1, content: [1] } }, d: { message: [] } } },
      0,
    ],
    ["names that objects have", mapping({ constructor: node("toString", "user", text("A")), toString: node(null, "user", text("B")) }), 2],
    ["halves of characters and NULs", mapping({ a: node(null, "user", text("\ud800 \u0000 x")) }), 1],
    [
      "times that are nonsense",
      { ...mapping({ a: node(null, "user", text("A"), { create_time: 1e308 }) }), create_time: -5, update_time: "tomorrow" },
      1,
    ],
    ["an id without end", { ...mapping({ a: node(null, "user", text("A")) }), id: "x".repeat(100_000), title: "t".repeat(100_000) }, 1],
  ])("%s", (_, value, count) => {
    expect(read(value).lines.length).toBe(count + 1);
  });

  test("a hundred thousand messages in a row and as many beside each other, within seconds", () => {
    const row = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, at) => [
        `n${at}`,
        node(at === 0 ? null : `n${at - 1}`, at % 2 === 0 ? "user" : "assistant", text("x")),
      ]),
    );
    const beside = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`n${at}`, node(null, "user", text("x"))]));
    const began = performance.now();
    const lines = [recognised(mapping(row), now), recognised(mapping(beside), now)].map((found) =>
      found.kind === "conversation" ? found.lines.length : 0,
    );
    expect(lines).toEqual([100_001, 100_001]);
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test.each([[null], [1], ["text"], [[]], [{}], [{ mapping: 1 }], [{ conversationId: "x" }], [{ chat: { history: {} } }]])(
    "%j is of no kind",
    (value) => {
      expect(recognised(value, now).kind).toBe("unknown");
    },
  );
});

describe("a conversation without an id", () => {
  const one = (...parts: unknown[]): object => ({
    mapping: { a: node(null, "user", { content_type: "multimodal_text", parts }, { create_time: null }) },
  });
  const image = { content_type: "image_asset_pointer" };

  test("is the same one later, and in another language of the page", async () => {
    vi.resetModules();
    vi.doMock("@messages/data", async () => import("@/messages/de/data"));
    const german = await import("@/features/data/import/recognised");
    vi.doUnmock("@messages/data");
    for (const value of [one(image), one(image, "Hi"), { ...one(image), title: "Räder" }, { ...one(image), create_time: 1 }]) {
      const later = german.recognised(value, now + 60_000);
      if (later.kind !== "conversation") throw new Error(`this is ${later.kind}`);
      const [conversation, ...messages] = read(value).lines;
      expect(later.lines[0].id).toBe(conversation.id);
      // So the page was in another language.
      expect(JSON.stringify(later.lines.slice(1))).not.toBe(JSON.stringify(messages));
    }
  });

  test("is another one than those with other words, names or times", () => {
    const values = [one("Hi"), one("Ho"), { ...one("Hi"), title: "Räder" }, { ...one("Hi"), create_time: 1 }];
    expect(new Set(values.map((value) => read(value).lines[0].id)).size).toBe(values.length);
  });
});

test("lines of Mosaic's own are taken as they are, those of another version are not", () => {
  const line = {
    type: "message",
    id: "1",
    parentId: null,
    role: "user",
    parts: [],
    status: "complete",
    usage: null,
    createdAt: "2026-11-30T12:00:00Z",
  };
  expect(recognised(line, now)).toEqual({ kind: "own", line });
  expect(recognised({ type: "header", format: "mosaic-conversations", version: 1, exportedAt: "2026-11-30T12:00:00Z" }, now).kind).toBe(
    "header",
  );
  expect(recognised({ type: "header", format: "mosaic-conversations", version: 2 }, now).kind).toBe("other_version");
});
