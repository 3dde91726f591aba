import { expect, type Page } from "@playwright/test";
import { TextReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js/lib/zip-core-native.js";

const text = (role: string, said: string, parent: string | null) => ({
  parent,
  children: [],
  message: {
    author: { role },
    create_time: 1_700_000_000,
    content: { content_type: "text", parts: [said] },
    status: "finished_successfully",
    metadata: {},
  },
});

/** As ChatGPT exports them: one with two answers to the same question, one that is nothing. */
export const fromChatGpt = [
  {
    title: "A garden by the sea",
    conversation_id: "c1",
    create_time: 1_700_000_000,
    update_time: 1_700_000_100,
    current_node: "a2",
    mapping: {
      root: { parent: null, children: ["q"], message: null },
      s: text("system", "Be kind", "root"),
      q: text("user", "What grows by the sea?", "s"),
      a1: text("assistant", "Thistles.", "q"),
      a2: text("assistant", "**Roses**, and <script>alert(1)</script> ![x](https://tracker.invalid/x.png)", "q"),
    },
  },
  { nothing: true },
];

/** One chat's export, with two answers to the same question. */
export const fromOpenWebUi = [
  {
    id: "w1",
    title: "A boat in the harbour",
    updated_at: 1_700_000_100,
    chat: {
      history: {
        currentId: "a2",
        messages: {
          q: { parentId: null, childrenIds: ["a1", "a2"], role: "user", content: "Which boat is this?" },
          a1: { parentId: "q", childrenIds: [], role: "assistant", content: "A cutter.", done: true },
          a2: { parentId: "q", childrenIds: [], role: "assistant", content: "A sloop.", done: true },
        },
      },
    },
  },
];

export const fromLibreChat = {
  conversationId: "l1",
  title: "A lighthouse at night",
  messages: [
    {
      messageId: "q",
      parentMessageId: "00000000-0000-0000-0000-000000000000",
      isCreatedByUser: true,
      sender: "User",
      text: "How far is it seen?",
    },
    { messageId: "a", parentMessageId: "q", isCreatedByUser: false, sender: "GPT", text: "Twenty miles." },
  ],
};

/** As ChatGPT sends its export: with files that are about something else. */
export async function zipOf(files: Readonly<Record<string, unknown>>): Promise<Buffer> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [name, value] of Object.entries(files)) await writer.add(name, new TextReader(JSON.stringify(value)));
  return Buffer.from(await writer.close());
}

/** On the page of one's data. */
export async function chooseImport(page: Page, name: string, mimeType: string, buffer: Buffer): Promise<void> {
  await expect(page.getByRole("button", { name: "Choose a file" })).toBeEnabled();
  await page.getByLabel("File to import").setInputFiles({ name, mimeType, buffer });
}
