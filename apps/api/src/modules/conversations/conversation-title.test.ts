import { expect, test } from "vitest";
import { titleOf } from "./conversation-title.js";

test.each([
  ["a short message is its own title", "Plan my week", "Plan my week"],
  ["only the first line counts", "Plan my week\nMonday: dentist", "Plan my week"],
  ["empty lines before it do not", "\n \r\n  Plan   my week", "Plan my week"],
  ["it is cut between words", `${"word ".repeat(11)}astonishing end`, `${"word ".repeat(11).trim()}…`],
  ["60 characters are not cut", "x".repeat(60), "x".repeat(60)],
  ["a word that ends at the limit stays whole", `${"x".repeat(29)} ${"y".repeat(30)} z`, `${"x".repeat(29)} ${"y".repeat(30)}…`],
  ["one endless word is cut anyway", "x".repeat(100), `${"x".repeat(60)}…`],
  ["an emoji is not cut in half", "🦞".repeat(70), `${"🦞".repeat(60)}…`],
  ["nothing but spaces has a title too", " \n ", "New conversation"],
])("%s", (_promise, message, title) => {
  expect(titleOf(message)).toBe(title);
});
