import { expect, test } from "vitest";
import { beginningOf, pushMessageOf } from "./push-message.js";

test.each([
  ["# A **plan**\n\n- one\n- two", "A plan - one - two"],
  ["> `quoted`", "quoted"],
  ["  \n\n ", null],
  ["", null],
  ["a\u0000b\u202ec", "a b\u202ec"],
  ["x".repeat(160), "x".repeat(160)],
  ["x".repeat(5_000), `${"x".repeat(160)}…`],
  ["🦞".repeat(200), `${"🦞".repeat(160)}…`],
])("of %j the beginning is %j", (text, beginning) => {
  expect(beginningOf(text)).toBe(beginning);
});

test("without the device's wish nothing of the text is told", () => {
  const told = {
    status: "complete",
    isUnasked: false,
    agentName: "Ada",
    language: null,
    conversationId: "0198c1b2-7a60-7c3e-8f00-0123456789ab",
  };
  expect(pushMessageOf(told, null)).toEqual({
    kind: "answered",
    agent: "Ada",
    conversationId: told.conversationId,
    text: null,
    language: null,
  });
  expect(pushMessageOf({ ...told, status: "broken_off" }, "half").kind).toBe("failed");
  expect(pushMessageOf({ ...told, isUnasked: true }, null).kind).toBe("spoke");
});

test.each([
  ["de", "de"],
  [null, null],
  ["a language of another release", null],
])("who has chosen %j is told in %j", (language, told) => {
  const conversationId = "0198c1b2-7a60-7c3e-8f00-0123456789ab";
  expect(pushMessageOf({ status: "complete", isUnasked: false, agentName: "Ada", conversationId, language }, null).language).toBe(told);
});
