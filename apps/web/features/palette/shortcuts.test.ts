import { expect, test } from "vitest";
import { isTypingIn, shortcutOf } from "@/features/palette/shortcuts";

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test.each([
  [{ key: "k", ctrlKey: true }, "palette"],
  [{ key: "K", metaKey: true }, null],
  [{ key: "k", metaKey: true }, "palette"],
  [{ key: "k" }, null],
  [{ key: "?", shiftKey: true }, "list"],
  [{ key: "?" }, "list"],
  [{ key: "?", ctrlKey: true }, null],
  [{ key: "n" }, "newChat"],
  [{ key: "N", shiftKey: true }, null],
  [{ key: "n", metaKey: true }, null],
  [{ key: "/" }, "field"],
  [{ key: "/", altKey: true }, null],
] as const)("%j means %s", (keys, id) => {
  expect(shortcutOf({ ...none, ...keys, ...(keys.key === "K" ? { shiftKey: true } : {}) }, false, true)).toBe(id);
});

test("a key alone means nothing while somebody types, nor when such keys are switched off; keys together do", () => {
  for (const key of ["?", "n", "/"]) {
    expect(shortcutOf({ ...none, key }, true, true)).toBeNull();
    expect(shortcutOf({ ...none, key }, false, false)).toBeNull();
  }
  expect(shortcutOf({ ...none, key: "k", ctrlKey: true }, true, false)).toBe("palette");
});

test("fields, and what chooses by letters, are typed in", () => {
  document.body.innerHTML = '<textarea></textarea><div role="menu"><p></p></div><button></button>';
  expect(isTypingIn(document.querySelector("textarea"))).toBe(true);
  expect(isTypingIn(document.querySelector("p"))).toBe(true);
  expect(isTypingIn(document.querySelector("button"))).toBe(false);
  expect(isTypingIn(document)).toBe(false);
});
