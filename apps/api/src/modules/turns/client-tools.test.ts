import { expect, test } from "vitest";
import { textOfToolResults, wordsBeside } from "./client-tools.js";

const calls = [{ id: "a", name: "get_weather", arguments: "{}" }];

test("results are told by the names of their tools", () => {
  const results = [
    { callId: "a", content: "sunny" },
    { callId: "b", content: " " },
  ];
  expect(textOfToolResults(results, calls)).toBe("Result of get_weather:\nsunny\n\nResult of a tool: none");
});

test("results are cut, each and all together", () => {
  expect(textOfToolResults([{ callId: "a", content: "x".repeat(9_000) }], calls)).toHaveLength("Result of get_weather:\n".length + 4_001);
  const many = Array.from({ length: 64 }, () => ({ callId: "b", content: "🦞".repeat(9_000) }));
  const text = textOfToolResults(many);
  expect(text.length).toBeLessThanOrEqual(32_001);
  expect(text.isWellFormed()).toBe(true);
});

test("beside results only what was said is told to the agent", () => {
  const results = [{ callId: "a", content: "sunny" }];
  expect(wordsBeside(null)).toBeNull();
  expect(wordsBeside({ tools: [], results: [], words: "x" })).toBeNull();
  expect(wordsBeside({ tools: [], results })).toBe("");
  expect(wordsBeside({ tools: [], results, words: "And?" })).toBe("And?");
});
