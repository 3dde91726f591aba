import { expect, test } from "vitest";
import { orphanEnd, outcomeOf, type EndedTurn } from "./turn-outcome.js";

const failure: EndedTurn = { kind: "failure", code: "provider_failed", detail: "Try again." };

test.each<[string, EndedTurn, boolean, string, string | null]>([
  ["an answer that ended is complete", { kind: "complete" }, true, "complete", null],
  ["an empty answer that ended is complete too", { kind: "complete" }, false, "complete", null],
  ["an answer that its owner ended is stopped", { kind: "stopped" }, true, "stopped", null],
  ["a fault after some text breaks the answer off", failure, true, "broken_off", "provider_failed"],
  ["a fault before any text is a failure", failure, false, "failed", "provider_failed"],
  ["an answer that Mosaic's own end interrupts is broken off", { kind: "interrupted" }, true, "broken_off", "agent_broke_off"],
  ["also before any text", { kind: "interrupted" }, false, "broken_off", "agent_broke_off"],
])("%s", (_promise, ending, hasText, status, code) => {
  const end = outcomeOf(ending, hasText);
  expect(end.status).toBe(status);
  expect(end.error?.code ?? null).toBe(code);
});

test("a turn whose process died is broken off, and stopped if its owner had asked for that", () => {
  expect(orphanEnd({ isStopRequested: false, isDeleted: false })).toMatchObject({
    status: "broken_off",
    error: { code: "agent_broke_off" },
  });
  expect(orphanEnd({ isStopRequested: true, isDeleted: false })).toEqual({ status: "stopped", error: null });
});

test("a deleted conversation ends its answer as one that somebody has seen to, and says what it was", () => {
  const deleted = { status: "stopped", error: { code: "conversation_deleted", detail: expect.stringContaining("deleted") } };
  expect(outcomeOf({ kind: "deleted" }, true)).toEqual(deleted);
  expect(orphanEnd({ isStopRequested: true, isDeleted: true })).toEqual(deleted);
});
