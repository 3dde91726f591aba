import { expect, test } from "vitest";
import { isForgotten } from "@/features/chat/memory-loss";

const before = "2026-11-01T10:00:00.000Z";
const lost = "2026-11-02T10:00:00.000Z";
const after = "2026-11-03T10:00:00.000Z";

test.each([
  ["nothing was ever lost", {}, { createdAt: before }, false],
  ["it began after the loss", { memoryLostAt: lost }, { createdAt: after }, false],
  ["it is new", { memoryLostAt: lost }, null, false],
  ["it was there before the loss", { memoryLostAt: lost }, { createdAt: before }, true],
  ["its messages were given again", { memoryLostAt: lost }, { createdAt: before, memoryGivenAt: after }, false],
  ["its messages were given again before another loss", { memoryLostAt: lost }, { createdAt: before, memoryGivenAt: before }, true],
])("a conversation is forgotten or not when %s", (_when, agent, conversation, expected) => {
  expect(isForgotten(agent, conversation)).toBe(expected);
});
