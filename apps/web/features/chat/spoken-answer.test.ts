import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { turnAnnouncement } from "@/features/chat/announcement";
import { nothingSpoken, speakMore, useSpokenAnswer } from "@/features/chat/spoken-answer";
import { newTurn, type Turn } from "@/features/chat/turn";
import { sampleMessage } from "@/test/contract-state";

const answering = (text: string): Turn => ({ ...newTurn("Hello", 7), answerId: "a", parts: [{ type: "text", text }] });

test("sentences are told once they are whole, each once", () => {
  const first = speakMore(nothingSpoken, answering("Rose is red. Violets"));
  expect(first.words).toBe("Rose is red.");
  expect(speakMore(first, answering("Rose is red. Violets are"))).toBe(first);
  const second = speakMore(first, answering("Rose is red. Violets are blue! Sugar is sweet? And"));
  expect(second.words).toBe(" Violets are blue! Sugar is sweet?");
  expect(speakMore(second, answering("Rose is red. Violets are blue! Sugar is sweet? And 3.14 is")).words).toBe(second.words);
});

test("a paragraph ends a sentence, also where no spaces are, and code is told whole", () => {
  expect(speakMore(nothingSpoken, answering("# A title\n\nIt")).words).toBe("# A title\n\n");
  expect(speakMore(nothingSpoken, answering("猫です。犬")).words).toBe("猫です。");
  expect(speakMore(nothingSpoken, answering("See:\n\n```js\nlet a.b; // Yes. \n\nlet c;")).words).toBe("See:\n\n");
  expect(speakMore(nothingSpoken, answering("```js\nlet a;\n```\n\nIt")).words).toBe("```js\nlet a;\n```\n\n");
});

test("another turn begins anew, and after a long while the rest is left to who reads", () => {
  const first = speakMore(nothingSpoken, answering("One. Two"));
  expect(speakMore(first, { ...answering("New. One"), startedAt: 8 })).toEqual({ startedAt: 8, upTo: 4, words: "New." });
  const long = speakMore(nothingSpoken, answering(`${"Word. ".repeat(600)}x`));
  expect(speakMore(long, answering(`${"Word. ".repeat(700)}x`))).toBe(long);
});

test("at its end only what was not told yet is told, and that it has ended", () => {
  const done = (content: string): Turn => ({
    ...answering(content),
    end: { kind: "done", message: sampleMessage({ role: "assistant", content }) },
  });
  const spoken = speakMore(nothingSpoken, answering("One. Two"));
  expect(turnAnnouncement(answering("One. Two"), "Ada", spoken)).toBe("One.");
  expect(turnAnnouncement(done("One. Two **now**"), "Ada", spoken)).toBe("Two now. Ada has answered.");
  expect(turnAnnouncement(done("One. Is it two?"), "Ada", spoken)).toBe("Is it two? Ada has answered.");
  expect(turnAnnouncement(done("One."), "Ada", spoken)).toBe("Ada has answered.");
  expect(turnAnnouncement(done("One. Two"), "Ada", nothingSpoken)).toBe("Ada answered: One. Two");
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("is told at a pace, and not with each piece", () => {
  const { result, rerender } = renderHook(({ turn }) => useSpokenAnswer(turn), { initialProps: { turn: answering("One. T") } });
  expect(result.current.words).toBe("");
  rerender({ turn: answering("One. Two. Th") });
  act(() => void vi.advanceTimersByTime(1_500));
  expect(result.current.words).toBe("One. Two.");
  rerender({ turn: answering("One. Two. Three. F") });
  expect(result.current.words).toBe("One. Two.");
  act(() => void vi.advanceTimersByTime(1_500));
  expect(result.current.words).toBe(" Three.");
});
