import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { textOfParts } from "@mosaic/contracts/message-parts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RunningTurn } from "./running-turn.js";
import { turnLimits } from "./turn-limits.js";

const at = new Date(0);
const question: Message = {
  id: "q",
  role: "user",
  content: "Hi",
  parts: [{ type: "text", text: "Hi" }],
  usage: null,
  status: "complete",
  error: null,
  createdAt: at.toISOString(),
};
const call = { type: "tool_call", id: "1", name: "read", state: "running" } as const;
const slow: TurnEvent = { type: "notice", code: "provider_slow", detail: "Slow" };

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function turn(limits: Partial<typeof turnLimits> = {}): RunningTurn {
  const begun = { userId: "u", agentId: "a", isOwned: true, conversationId: "c", session: "c", answerId: "m", answerCreatedAt: at };
  const told = { preface: null, withHistory: false, withSayings: false, withInstructions: false, isFirst: false };
  const request = { question, branch: null, title: "Hi", clientTools: null, ...told, running: null };
  return new RunningTurn(begun, request, { ...turnLimits, ...limits }, new AbortController().signal);
}

const said = ({ feed }: RunningTurn): string[] => feed.events.map((event) => (event.type === "delta" ? event.text : event.type));

test("the first word is an event at once, and what follows within a moment is one event", () => {
  const running = turn();
  running.say("one");
  expect(said(running)).toEqual(["one"]);
  running.say(" two");
  running.say(" three");
  expect(said(running)).toEqual(["one"]);
  expect(textOfParts(running.parts)).toBe("one two three");
  vi.advanceTimersByTime(turnLimits.eventEveryMs);
  expect(said(running)).toEqual(["one", " two three"]);
});

test("nothing overtakes text that waits, and the end takes it along", () => {
  const running = turn();
  running.say("one");
  running.say(" two");
  running.tell(slow);
  running.say(" three");
  running.end({ type: "delta", text: "the end" });
  expect(said(running)).toEqual(["one", " two", "notice", " three"]);
  vi.runAllTimers();
  expect(said(running)).toHaveLength(4);
});

test("an answer of very many events gets fewer of them, not less text", () => {
  const running = turn({ manyEvents: 2 });
  for (let word = 0; word < 100; word += 1) {
    running.say(`${word} `);
    vi.advanceTimersByTime(turnLimits.eventEveryMs);
  }
  vi.runAllTimers();
  expect(said(running).length).toBeLessThan(7);
  expect(said(running).join("")).toBe(textOfParts(running.parts));
});

test("what was thought, done and said are parts in their order, and a call stands as it was told last", () => {
  const running = turn();
  running.say("Let me ", "reasoning");
  running.say("look.", "reasoning");
  running.call({ ...call, input: "{}" });
  vi.advanceTimersByTime(1_500);
  running.call({ ...call, state: "completed", output: "42" });
  running.say("It is 42.");
  expect(running.parts).toEqual([
    { type: "reasoning", text: "Let me look." },
    { ...call, state: "completed", input: "{}", output: "42", elapsedMs: 1_500 },
    { type: "text", text: "It is 42." },
  ]);
  running.end({ type: "delta", text: "the end" });
  expect(said(running)).toEqual(["reasoning", "reasoning", "tool_call", "tool_call", "It is 42."]);
});

test("an agent that never ends calling tools fills no memory", () => {
  const running = turn({ maxToolEvents: 3 });
  for (let number = 0; number < 100; number += 1) {
    running.call({ ...call, id: `${number}` });
  }
  expect([running.feed.events.length, running.parts.length]).toEqual([3, 3]);
});

test("a call that could not be read again is left out", () => {
  const running = turn();
  running.call({ ...call, id: "x".repeat(201) });
  running.call({ ...call, output: "x".repeat(5_000) });
  expect(running.parts).toEqual([]);
});

test("the first reason for its early end counts", () => {
  const running = turn();
  running.interrupt("stopped");
  running.interrupt("deleted");
  expect([running.signal.aborted, running.interruption]).toEqual([true, "stopped"]);
});
