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

/** The kinds of the lines of each request that a file makes. */
const sentOf = async (values: readonly unknown[]): Promise<string[][]> => {
  const requests: string[][] = [];
  vi.stubGlobal("fetch", async (_url: URL, { body }: { body: string }) => {
    requests.push(body.split("\n").map((line) => /"type":"(\w+)"/.exec(line)?.[1] ?? line));
    return Response.json({ added: 0, messages: 0, known: 0, leftOut: [] });
  });
  const content = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join("\n");
  const signal = new AbortController().signal;
  await runImport(new File([content], "mosaic.jsonl"), { agentId: "a", signal, onProgress: () => undefined });
  return requests;
};

test("of Mosaic's own file, a conversation that can't be read begins one all the same, and a message is a line of its conversation", async () => {
  const lines = [header, conversation("1"), message("a"), conversation("2", { title: "" }), message("b"), { type: "message" }];
  expect(await sentOf(lines)).toEqual([["conversation", "message", "conversation", "message", "{"]]);
});

test("conversations that can't be read end a request as others do", async () => {
  const lines = [header, ...Array.from({ length: 101 }, () => ({ type: "conversation" }))];
  expect((await sentOf(lines)).map(({ length }) => length)).toEqual([100, 1]);
});
