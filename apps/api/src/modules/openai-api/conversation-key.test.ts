import { expect, test } from "vitest";
import type { ClientMessage } from "./chat-request.js";
import { conversationKeyOf, conversationNameOf } from "./conversation-key.js";
import { isSidePrompt } from "./side-prompts.js";

const said = (role: ClientMessage["role"], text: string): ClientMessage => ({ role, text, files: [], calls: [], callId: null });
const input = { agentId: "a", tokenId: "t", instructions: "", messages: [said("user", "Hello")] };

test("the first name counts, and what is none is passed over", () => {
  const all = {
    "x-session-id": "5",
    "x-chat-id": "4",
    "x-conversation-id": "3",
    "x-openwebui-chat-id": "2",
    "x-mosaic-conversation": "1",
  };
  const names: string[] = [];
  const left: Record<string, string> = { ...all };
  for (const header of Object.keys(all).toReversed()) {
    const name = conversationNameOf(left, ["6"]);
    names.push(name.kind === "named" ? name.name : "none");
    delete left[header];
  }
  expect(names).toEqual(["1", "2", "3", "4", "5"]);
  expect(conversationNameOf({}, ["6", "7"])).toMatchObject({ kind: "named", name: "6", isWhole: false });
  expect(conversationNameOf({ "x-chat-id": " ", "x-session-id": "x".repeat(201) }, [])).toEqual({ kind: "alike" });
  // A placeholder that a client did not fill would make one of all its conversations.
  expect(conversationNameOf({ "x-openwebui-chat-id": "{{CHAT_ID}}" }, [])).toEqual({ kind: "alike" });
});

test("without a name, the token and the messages before the first answer tell a conversation", () => {
  const alike = { kind: "alike" } as const;
  const key = conversationKeyOf(alike, input);
  const later = { ...input, messages: [...input.messages, said("assistant", "Hi"), said("user", "More")] };
  expect(conversationKeyOf(alike, later)).toEqual(key);
  const others = [
    { ...input, tokenId: "u" },
    { ...input, tokenId: null },
    { ...input, agentId: "b" },
    { ...input, instructions: "Be brief." },
    { ...input, messages: [said("user", "Hello!")] },
  ];
  expect(new Set([key, ...others.map((other) => conversationKeyOf(alike, other))].map((each) => each.toString("hex"))).size).toBe(6);
});

test("what a chat program asks for itself is told by its header or by LibreChat's words, and nothing else is", () => {
  const asked = (text: string, instructions = "") => ({ messages: text === "" ? [] : [said("user", text)], instructions });
  const words = "Provide a concise, 5-word-or-less title for the conversation, using title case conventions.";
  expect(isSidePrompt({ "x-openwebui-task": "title_generation" }, asked("anything"))).toBe(true);
  expect(isSidePrompt({ "x-openwebui-task": "" }, asked("anything"))).toBe(false);
  expect(isSidePrompt({ "x-openwebui-task": "{{TASK}}" }, asked("anything"))).toBe(false);
  expect(isSidePrompt({}, asked(`${words}\n\nConversation:\nUser: Hi`))).toBe(true);
  expect(isSidePrompt({}, asked("", words))).toBe(true);
  expect(isSidePrompt({}, asked(`What does this mean: "${words}"?`))).toBe(false);
});
