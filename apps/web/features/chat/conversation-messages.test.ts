import type { ConversationWithMessages, Message } from "@mosaic/contracts/chat";
import { expect, test } from "vitest";
import { withKnown } from "@/features/chat/conversation-messages";
import { sampleMessage } from "@/test/contract-state";

const at = new Date(0).toISOString();
const talk = (messages: readonly Message[], hasOlder: boolean): ConversationWithMessages => ({
  id: "0190f0f0-0000-7000-8000-000000000000",
  agentId: "0190f0f0-0000-7000-8000-000000000001",
  title: "A talk",
  isPinned: false,
  isArchived: false,
  isUnread: false,
  createdAt: at,
  updatedAt: at,
  messages: [...messages],
  hasOlder,
  waiting: [],
  draft: null,
});
const said = Array.from({ length: 8 }, (_, index) => sampleMessage({ content: `message ${index}` }));
const again = (messages: readonly Message[]): Message[] => structuredClone([...messages]);
const contents = ({ messages }: ConversationWithMessages): string[] => messages.map(({ content }) => content);

test("newest messages go on after those that are known, of which what is unchanged stays the same object", () => {
  const known = talk(said.slice(0, 6), false);
  const changed = { ...said[5], status: "stopped" } as Message;
  const merged = withKnown(known, talk([...again(said.slice(4, 5)), changed, ...said.slice(6)], true));
  expect(contents(merged)).toEqual(contents(talk(said, false)));
  expect(merged.hasOlder).toBe(false);
  expect(merged.messages.slice(0, 5).every((message, index) => message === said[index])).toBe(true);
  expect(merged.messages[5]?.status).toBe("stopped");
});

test("what the server has no more is gone", () => {
  const merged = withKnown(talk(said.slice(0, 6), true), talk([...again(said.slice(3, 4)), ...again(said.slice(5, 6))], true));
  expect(contents(merged)).toEqual(["message 0", "message 1", "message 2", "message 3", "message 5"]);
  expect(merged.hasOlder).toBe(true);
});

test("with a gap between them, what was known is let go", () => {
  const newest = talk(said.slice(5), true);
  expect(withKnown(talk(said.slice(0, 3), false), newest)).toBe(newest);
  expect(withKnown(undefined, newest)).toBe(newest);
});
