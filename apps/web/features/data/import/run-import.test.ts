import { BlobWriter, TextReader, ZipWriter, type ZipWriterConstructorOptions } from "@zip.js/zip.js/lib/zip-core-native.js";
import { afterEach, expect, test, vi } from "vitest";
import { runImport } from "@/features/data/import/run-import";

afterEach(() => vi.unstubAllGlobals());

const at = "2024-03-01T12:00:00.000Z";
const header = { type: "header", format: "mosaic-conversations", version: 1, exportedAt: at };
const conversation = (id: string, change: object = {}): object => ({
  type: "conversation",
  source: "mosaic",
  id,
  title: `About ${id}`,
  activeMessageId: null,
  isPinned: false,
  isArchived: false,
  createdAt: at,
  updatedAt: at,
  ...change,
});
const message = (id: string): object => ({
  type: "message",
  id,
  parentId: null,
  role: "user",
  parts: [{ type: "text", text: "x".repeat(400) }],
  status: "complete",
  usage: null,
  createdAt: at,
});

/** That no packing makes small. */
const randomMessage = (id: string): object => ({
  ...message(id),
  parts: [{ type: "text", text: Array.from({ length: 20 }, () => crypto.randomUUID()).join("") }],
});

/** The kinds of the lines of each request that a file makes. */
const sentOf = async (values: readonly unknown[]): Promise<string[][]> => sentOfFile(new File([textOf(values)], "mosaic.jsonl"));

const textOf = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join("\n");

const sentOfFile = async (file: Blob, requests: string[][] = []): Promise<string[][]> => {
  vi.stubGlobal("fetch", async (_url: URL, { body }: { body: string }) => {
    requests.push(body.split("\n").map((line) => /"type":"(\w+)"/.exec(line)?.[1] ?? line));
    return Response.json({ added: 0, messages: 0, known: 0, leftOut: [] });
  });
  const shares: number[] = [];
  await runImport(file, { agentId: "a", signal: new AbortController().signal, onProgress: (share) => void shares.push(share) });
  expect(shares.every((share, index) => share <= 1 && share >= (shares[index - 1] ?? 0))).toBe(true);
  return requests;
};

const zipOf = async (files: Readonly<Record<string, string>>, options: ZipWriterConstructorOptions = {}): Promise<Blob> => {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options });
  for (const [name, content] of Object.entries(files)) await writer.add(name, new TextReader(content));
  return writer.close();
};

test("of Mosaic's own file, a conversation that can't be read begins one all the same, and a message is a line of its conversation", async () => {
  const lines = [header, conversation("1"), message("a"), conversation("2", { title: "" }), message("b"), { type: "message" }];
  expect(await sentOf(lines)).toEqual([["conversation", "message", "conversation", "message", "{"]]);
});

test("conversations that can't be read end a request as others do", async () => {
  const lines = [header, ...Array.from({ length: 101 }, () => ({ type: "conversation" }))];
  expect((await sentOf(lines)).map(({ length }) => length)).toEqual([100, 1]);
});

const own = (...ids: string[]): string => textOf([header, ...ids.flatMap((id) => [conversation(id), message(id)])]);

test("a ZIP archive is read as it is: of ChatGPT's, the conversations alone", async () => {
  const archive = await zipOf({
    "user.json": own("nothing"),
    "chat.html": "<html>",
    "export/conversations-001.json": own("3"),
    "export/conversations-000.json": own("1", "2"),
    "__MACOSX/export/._conversations-000.json": "junk",
  });
  expect(await sentOfFile(archive)).toEqual([["conversation", "message", "conversation", "message", "conversation", "message"]]);
});

test("of any other archive, each file of conversations is read", async () => {
  const archive = await zipOf({ "a/first.json": own("1"), "b/second.jsonl": own("2"), "picture.png": "no text" });
  expect(await sentOfFile(archive)).toEqual([["conversation", "message", "conversation", "message"]]);
});

test("a file of an archive that is about something else, or is broken, takes nothing of the others with it", async () => {
  const archive = await zipOf({ "a.jsonl": own("1"), "b.json": '{"theme":"dark"}', "c.json": "<html>", "d.json": own("2") });
  expect((await sentOfFile(archive)).flat()).toEqual(["conversation", "message", "conversation", "message"]);
  const bytes = new Uint8Array(await (await zipOf({ "a.json": own("1"), "b.json": own("2") })).arrayBuffer());
  expect((await sentOfFile(new Blob([bytes.fill(0x55, 60, 90)]))).flat()).toContain("message");
  const locked = await zipOf({ "conversations-0.json": own("1"), "conversations-1.json": own("2") }, { password: "secret" });
  await expect(sentOfFile(locked)).rejects.toMatchObject({ why: "locked" });
  await expect(sentOfFile(await zipOf({ "a.json": "<html>", "b.json": "<html>" }))).rejects.toMatchObject({ why: "other" });
});

test("of a file that breaks in the middle of a conversation, that conversation is left out, and what was before it comes", async () => {
  const lines = [
    header,
    conversation("1"),
    message("a"),
    conversation("2"),
    ...Array.from({ length: 400 }, (_, index) => randomMessage(`${index}`)),
  ];
  const bytes = new Uint8Array(await (await zipOf({ "mosaic.jsonl": textOf(lines) })).arrayBuffer());
  const requests: string[][] = [];
  await expect(sentOfFile(new Blob([bytes.fill(0x55, -4_000, -2_000)]), requests)).rejects.toMatchObject({ why: "broken" });
  const sent = requests.flat();
  expect(sent.slice(0, 4)).toEqual(["conversation", "message", "conversation", "message"]);
  expect(sent.at(-1)).toBe("{");
});

test("an archive of megabytes is unpacked as it is read", async () => {
  const ids = Array.from({ length: 3_000 }, (_, index) => String(index));
  const archive = await zipOf({ "conversations.json": own(...ids) });
  expect((await sentOfFile(archive)).flat().filter((line) => line === "conversation")).toHaveLength(3_000);
});

test.each([
  ["without conversations", async () => zipOf({ "chat.html": "<html>" }), "zip"],
  ["with a password", async () => zipOf({ "conversations.json": own("1") }, { password: "secret" }), "locked"],
  ["that is none", async () => Promise.resolve(new Blob(["PK, and then nothing of the kind"])), "broken"],
  [
    "whose end is missing",
    async () => {
      const whole = await zipOf({ "conversations.json": own("1", "2", "3") });
      return whole.slice(0, whole.size - 100);
    },
    "broken",
  ],
  [
    "that is damaged",
    async () => {
      const bytes = new Uint8Array(await (await zipOf({ "conversations.json": own("1", "2", "3") })).arrayBuffer());
      return new Blob([bytes.fill(0x55, 80, 120)]);
    },
    "broken",
  ],
])("an archive %s says so", async (_name, archive, why) => {
  await expect(sentOfFile(await archive())).rejects.toMatchObject({ why });
});
