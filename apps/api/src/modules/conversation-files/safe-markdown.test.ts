import { describe, expect, test } from "vitest";
import { plainLine, quoted, quotedParts } from "./safe-markdown.js";

describe("what somebody wrote stays in its quote", () => {
  test.each([
    ["a heading like Mosaic's own", "bye\n\n### 2 · You · 2026-11-29", "> bye\n>\n> ### 2 · You · 2026-11-29"],
    ["other ends of lines", "a\rb\u2028c\u2029d\r\ne", "> a\n> b\n> c\n> d\n> e"],
    ["code that is never closed", "```\n# in code <b>", "> ```\n> # in code <b>"],
    [
      "HTML outside of code",
      "<!-- hide\n</blockquote>\n<IMG src=x>\na < b",
      "> &lt;!-- hide\n> &lt;/blockquote>\n> &lt;IMG src=x>\n> a < b",
    ],
    ["an image, which would be fetched", "![x](https://tracker.example)", "> !\\[x](https://tracker.example)"],
    ["HTML after the end of code", "```js\n<b>\n```\n<b>", "> ```js\n> <b>\n> ```\n> &lt;b>"],
    ["a shorter fence inside of code", "````\n```\n<b>\n````\n<b>", "> ````\n> ```\n> <b>\n> ````\n> &lt;b>"],
    ["code in a list, which ends with the list", "- x\n  ```\n<!-- hide", "> - x\n>   ```\n> &lt;!-- hide"],
    ["ticks that are no fence", "``` a ` b\n<b>", "> ``` a ` b\n> &lt;b>"],
  ])("%s", (_, text, expected) => {
    expect(quoted(text)).toBe(expected);
  });

  test("a tool's words end no code of their own", () => {
    const output = "```\n````\n<script>";
    const text = quotedParts([{ type: "tool_call", id: "1", name: "run *it*\n# x", state: "completed", output }]);
    expect(text).toBe("*Tool:* run \\*it\\* \\# x (completed)\n\nOutput:\n\n> `````\n> ```\n> ````\n> <script>\n> `````");
  });

  test("a title is one line of plain text", () => {
    expect(plainLine("a\n# [x](y) <b>")).toBe("a \\# \\[x\\]\\(y\\) \\<b\\>");
  });
});
