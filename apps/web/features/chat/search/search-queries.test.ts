import type { SearchHit } from "@mosaic/contracts/search";
import { expect, test } from "vitest";
import { byConversation } from "@/features/chat/search/search-queries";
import { addressesOf } from "@/features/chat/search/search-results";

const title = (text: string) => ({ text, marks: [] });
const hit = (conversationId: string, id: string | null): SearchHit => ({
  conversationId,
  agentId: "a",
  title: title(conversationId),
  message: id === null ? null : { id, role: "user", createdAt: "2026-11-29T12:00:00Z", snippet: title(id) },
});

test("hits of one conversation stand together, in the order of its first one, and are chosen in the order in which they show", () => {
  const groups = byConversation([hit("two", null), hit("one", "m3"), hit("two", "m2"), hit("one", "m1")]);
  expect(groups.map(({ conversationId, isTitle, messages }) => [conversationId, isTitle, messages.map(({ id }) => id)])).toEqual([
    ["two", true, ["m2"]],
    ["one", false, ["m3", "m1"]],
  ]);
  expect(addressesOf(groups)).toEqual(["/chat?id=two", "/chat?id=two&message=m2", "/chat?id=one&message=m3", "/chat?id=one&message=m1"]);
});
