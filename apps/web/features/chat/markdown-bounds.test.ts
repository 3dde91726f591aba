import { expect, test } from "vitest";
import { whyPlain, type PlainReason } from "@/features/chat/markdown-bounds";

const list = Array.from({ length: 12 }, (_, depth) => `${"  ".repeat(depth)}- item ${depth} with *emphasis* and \`code\``).join("\n");
const code = `\`\`\`ts\n${'const table = { "a": [1, 2], b_c: list[0] };\n'.repeat(100)}\`\`\``;
const chapter = "A paragraph with a [link](https://example.org) and **weight**.\n\n".repeat(500);

test.each<[string, string, PlainReason | null]>([
  ["an ordinary answer", "# Title\n\nSome *text* with `code`.\n\n> a quote\n\n1. one\n2. two", null],
  ["a list of twelve levels", list, null],
  ["a long program", code, null],
  ["a chapter", chapter, null],
  ["a table of 300 rows", `| a | b |\n|---|---|\n${"| *x* | y_z |\n".repeat(300)}`, null],
  ["lines of dashes and stars", "-".repeat(5000) + "\n" + "* ".repeat(20), null],
  ["2,000 >", ">".repeat(2000), "nested"],
  ["2,000 > with blanks between", "> ".repeat(2000), "nested"],
  ["2,000 items on one line", "1) ".repeat(2000), "nested"],
  ["quotes and lists in turn", "> - 1. ".repeat(40), "nested"],
  ["a list indented ever deeper", Array.from({ length: 120 }, (_, depth) => `${"  ".repeat(depth)}- a`).join("\n"), "nested"],
  ["a list indented with tabs", `${"\t".repeat(60)}- a`, "nested"],
  ["1 MB of ordinary Markdown", "Some *text* with `code`.\n\n".repeat(40_000), "long"],
  ["thousands of headings", "# a\n".repeat(5000), "long"],
  ["brackets that close nothing", "]".repeat(20_000), "intricate"],
  ["brackets that are never closed", "[".repeat(20_000), "intricate"],
  ["emphasis within emphasis", "*a **b ".repeat(2000), "intricate"],
  ["code that is never closed", "`a ``b ".repeat(2000), "intricate"],
  ["comments that are never closed", "<!--a ".repeat(2000), "intricate"],
  ["footnotes on footnotes", "[^a]\n\n[^a]: b\n\n".repeat(300), "intricate"],
])("%s", (_what, text, reason) => {
  expect(whyPlain(text)).toBe(reason);
});
