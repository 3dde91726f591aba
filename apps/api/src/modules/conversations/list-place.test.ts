import { expect, test } from "vitest";
import { conversationListQuery } from "@mosaic/contracts/conversations";
import type { StoredConversation } from "./conversations.types.js";
import { cursorOf, placeOf } from "./list-place.js";

const now = new Date("2026-11-29T12:00:00.123Z");
const stored: StoredConversation = {
  id: "0190f0f0-0000-7000-8000-000000000000",
  agentId: "0190f0f0-0000-7000-8000-000000000001",
  titleEncrypted: "enc:",
  memoryGivenAt: null,
  importedAt: null,
  folderId: null,
  pinnedAt: null,
  archivedAt: null,
  isListed: true,
  unreadMessageId: null,
  createdAt: now,
  updatedAt: now,
};

test.each([
  [{}, 1],
  [{ pinnedAt: now }, 2],
  [{ archivedAt: now }, 0],
])("what %o says is the place that its cursor names", (change, rank) => {
  const cursor = cursorOf({ ...stored, ...change });
  expect(conversationListQuery.parse({ cursor }).cursor).toBe(cursor);
  expect(placeOf(cursor, rank === 0)).toEqual({ rank, updatedAt: now, id: stored.id });
  expect(() => placeOf(cursor, rank !== 0)).toThrow(expect.objectContaining({ code: "invalid_input" }));
});

test.each(["", "3.1.x", `1.1.${stored.id}x`, `1.123456789012345.${stored.id}`, `1.-1.${stored.id}`, `1.1.${stored.id.toUpperCase()}`])(
  "%s is no cursor",
  (cursor) => {
    expect(conversationListQuery.safeParse({ cursor }).success).toBe(false);
  },
);
