import { expect, test } from "vitest";
import { holdRows, type HeldRows } from "@/features/chat/message-rows";

const ids = (from: number, to: number): { id: string }[] => Array.from({ length: to - from }, (_, at) => ({ id: String(from + at) }));
const full: HeldRows = { isWindowed: false, firstId: "0", count: 3 };

test.each<[string, HeldRows | null, { id: string }[], boolean, boolean]>([
  ["at first, by their number", null, ids(0, 4), false, true],
  ["as many as there may be are all in the page", null, ids(0, 3), true, false],
  ["more at the end, which is in view", full, ids(0, 4), true, true],
  ["more at the end, while somebody reads further up", full, ids(0, 4), false, false],
  ["earlier ones, while somebody reads further up", { ...full, firstId: "2" }, ids(0, 5), false, true],
  ["more, where some are left out already", { ...full, isWindowed: true, count: 4 }, ids(0, 5), false, true],
  ["the same as before, once their end is in view", { ...full, count: 4 }, ids(0, 4), true, false],
  ["few again", { ...full, isWindowed: true, count: 4 }, ids(2, 4), false, false],
])("whether rows are left out of the page: %s", (_, held, messages, isAtEnd, isWindowed) => {
  expect(holdRows(held, messages, 3, isAtEnd).isWindowed).toBe(isWindowed);
});
