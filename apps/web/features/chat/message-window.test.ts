import type { ConversationWithMessages, Message } from "@mosaic/contracts/chat";
import { expect, test } from "vitest";
import { joinedWith } from "@/features/chat/message-window";
import { sampleConversation, sampleMessage } from "@/test/contract-state";

const said = Array.from({ length: 8 }, (_, index) => sampleMessage({ content: `message ${index}` }));
const talk = (messages: readonly Message[]): ConversationWithMessages => ({
  ...sampleConversation({}),
  messages: [...messages],
  hasOlder: true,
  waiting: [],
  draft: null,
});
const contents = (joined: ConversationWithMessages | null) => joined?.messages.map(({ content }) => content.slice(-1)).join("");

test("messages that reach the newest ones are put before them, each once", () => {
  const joined = joinedWith(talk(said.slice(5)), { messages: said.slice(2, 7), hasOlder: false }, true);
  expect(contents(joined)).toBe("234567");
  expect(joined?.hasOlder).toBe(false);
});

test("those right before them join too", () => {
  expect(contents(joinedWith(talk(said.slice(5)), { messages: said.slice(2, 5), hasOlder: true }, false))).toBe("234567");
});

test("with a gap between them they stay apart", () => {
  expect(joinedWith(talk(said.slice(5)), { messages: said.slice(1, 3), hasOlder: true }, true)).toBeNull();
});

test("what is known already changes nothing", () => {
  const known = talk(said);
  expect(joinedWith(known, { messages: said.slice(2, 4), hasOlder: true }, true)).toBe(known);
});
