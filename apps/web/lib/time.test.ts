import { expect, test } from "vitest";
import { groupConversations } from "@/features/chat/group-conversations";
import { sampleConversation } from "@/test/contract-state";
import { dayLabel, formatDuration, formatElapsed } from "@/lib/time";

const now = new Date(2026, 10, 21, 9, 0);

test.each([
  [new Date(2026, 10, 21, 0, 1), "Today"],
  [new Date(2026, 10, 22, 0, 1), "Today"],
  [new Date(2026, 10, 20, 23, 59), "Yesterday"],
  [new Date(2026, 10, 15), "Previous 7 days"],
  [new Date(2026, 10, 1), "Previous 30 days"],
  [new Date(2026, 7, 9), "August 2026"],
])("%s is listed under %s", (time, label) => {
  expect(dayLabel(time, now)).toBe(label);
});

test.each([
  [1800, "30 minutes"],
  [3600, "1 hour"],
  [90, "90 seconds"],
  [172_800, "2 days"],
])("%d seconds are said as %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("elapsed time is seconds, then minutes", () => {
  expect([formatElapsed(8), formatElapsed(75)]).toEqual(["8 s", "1 min 15 s"]);
});

test("conversations are grouped: what is pinned, then by day, newest first", () => {
  const at = (id: string, time: Date, isPinned = false) => sampleConversation({ id, isPinned, updatedAt: time.toISOString() });
  const groups = groupConversations(
    [
      at("old", new Date(2026, 10, 20)),
      at("new", new Date(2026, 10, 21, 8)),
      at("newest", new Date(2026, 10, 21, 8, 30)),
      at("oldest", new Date(2026, 1, 1), true),
    ],
    now,
  );
  expect(groups.map(({ label, conversations }) => [label, conversations.map(({ id }) => id)])).toEqual([
    ["Pinned", ["oldest"]],
    ["Today", ["newest", "new"]],
    ["Yesterday", ["old"]],
  ]);
});
