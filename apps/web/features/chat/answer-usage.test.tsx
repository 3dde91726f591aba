import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { AnswerUsageLine } from "@/features/chat/answer-usage";
import { costText, percentOf } from "@/features/chat/usage-text";

test.each([
  [0, "$0"],
  [1, "less than $0.0001"],
  [1_234, "$0.0012"],
  [56_789, "$0.057"],
  [12_345_678, "$12.35"],
])("%i millionths are %s", (micros, text) => {
  expect(costText(micros)).toBe(text);
});

test("a cost is written as the person's region writes it", () => {
  vi.stubGlobal("navigator", { languages: ["en-IN"] });
  expect(costText(1_234_567_890_000)).toBe("$12,34,567.89");
  vi.unstubAllGlobals();
});

test("what is begun is one per cent", () => {
  expect([percentOf(0, 100), percentOf(1, 100_000), percentOf(50_000, 100_000)]).toEqual([0, 1, 50]);
});

test("the use is folded, and tells model, context and cost once somebody opens it", () => {
  const usage = {
    inputTokens: 1200,
    outputTokens: 34,
    cachedTokens: 200,
    contextTokens: 900,
    contextWindow: 9000,
    costMicros: 4_100,
    model: "glm",
  };
  render(<AnswerUsageLine usage={usage} />);
  const line = screen.getByRole("button", { name: "Use of this answer: 1,234 tokens · 10 % of the context · $0.0041", expanded: false });
  expect(screen.queryByText("Context")).toBeNull();
  fireEvent.click(line);
  expect(line.getAttribute("aria-expanded")).toBe("true");
  screen.getByText("1,200 tokens, 200 of them cached");
  screen.getByText("900 of 9,000 tokens (10 %)");
  screen.getByText("glm");
});

test("what nobody knows is left out", () => {
  render(<AnswerUsageLine usage={{ inputTokens: 5, outputTokens: 5, cachedTokens: 0 }} />);
  fireEvent.click(screen.getByRole("button", { name: "Use of this answer: 10 tokens" }));
  expect(screen.queryByText("Cost")).toBeNull();
  expect(screen.queryByText("Context")).toBeNull();
});
