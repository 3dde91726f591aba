import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventsBetween, partsAfter, textOfParts, withEvent, type MessagePart, type PartEvent } from "./message-parts.js";

const call = { type: "tool_call", id: "1", name: "read", state: "running" } as const;
const after = (...events: readonly PartEvent[]): readonly MessagePart[] => events.reduce(withEvent, [] as readonly MessagePart[]);
const delta = (text: string): PartEvent => ({ type: "delta", text });
const reasoning = (text: string): PartEvent => ({ type: "reasoning", text });

describe("the parts of an answer", () => {
  test("text goes on in its part until something else comes", () => {
    expect(after(delta("a"), delta("b"), reasoning("c"), delta("d"))).toEqual([
      { type: "text", text: "ab" },
      { type: "reasoning", text: "c" },
      { type: "text", text: "d" },
    ]);
  });

  test("a call keeps its place and what was told of it before", () => {
    expect(after({ ...call, input: "{}" }, delta("a"), { ...call, state: "failed", output: "no" })).toEqual([
      { ...call, state: "failed", input: "{}", output: "no" },
      { type: "text", text: "a" },
    ]);
  });

  test("what it says is its texts, apart where something stood between", () => {
    expect(textOfParts(after(delta("a"), delta("b"), call, delta("c"), reasoning("d")))).toBe("ab\n\nc");
    expect(textOfParts([])).toBe("");
  });
});

const events = fc.array(
  fc.oneof(
    fc.record({ type: fc.constantFrom("delta" as const, "reasoning" as const), text: fc.string({ minLength: 1 }) }),
    fc.record({
      type: fc.constant("tool_call" as const),
      id: fc.constantFrom("1", "2"),
      name: fc.constant("read"),
      state: fc.constantFrom("running", "completed"),
    }),
  ) as fc.Arbitrary<PartEvent>,
);

test("who has read a part of an answer gets all of it by the events between", () => {
  fc.assert(
    fc.property(events, events, (before, rest) => {
      const known = after(...before);
      const whole = rest.reduce(withEvent, known);
      expect(eventsBetween(known, whole).reduce(withEvent, known)).toEqual(whole);
    }),
  );
});

test("there are none between what does not belong together", () => {
  expect(eventsBetween(after(delta("a")), after(delta("b")))).toEqual([]);
  expect(eventsBetween(after(delta("a")), after(call))).toEqual([]);
});

test("any event of a turn is taken: what is no part changes nothing, and a resumption takes the place of all", () => {
  const said: readonly MessagePart[] = [{ type: "text", text: "Hi" }];
  expect(partsAfter(said, { type: "stage" })).toBe(said);
  expect(partsAfter(said, { type: "delta", text: " there" })).toEqual([{ type: "text", text: "Hi there" }]);
  expect(partsAfter([], { type: "resumed", parts: said })).toBe(said);
});
