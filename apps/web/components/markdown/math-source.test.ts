import { expect, test } from "vitest";
import { displayMark, withFormulas } from "@/components/markdown/math-source";

/** A formula of its own line as `[[…]]`, one in a line as `((…))`. */
const read = (text: string): string | null =>
  withFormulas(text)?.replace(/\$\$([^$]*)\$\$/g, (_all, tex: string) =>
    tex.startsWith(displayMark) ? `[[${tex.slice(displayMark.length)}]]` : `((${tex}))`,
  ) ?? null;

test.each([
  ["$x^2$ is a square", "((x^2)) is a square"],
  ["($a$, $b$)", "(((a)), ((b)))"],
  ["$`x_1`$ as GitHub has it", "((x_1)) as GitHub has it"],
  ["so \\(a + b\\) is", "so ((a + b)) is"],
  ["so\n\\[\na\n= b\n\\]\nis", "so\n[[a = b]]\nis"],
  ["so\n$$\na % a remark\n- b\n$$\nis", "so\n[[a  - b]]\nis"],
  ["$$a$$ and $b$", "[[a]] and ((b))"],
  ["\\[\na\n> b\n\\]", "[[a > b]]"],
  ["> \\[\n> a\n> \\]", "> [[a]]"],
  ["1. \\[ x \\]", "1. [[x]]"],
  ["$5 for $x$", "$5 for ((x))"],
  ["`$a$` and $b$", "`$a$` and ((b))"],
  ["```\n$a$\n```\n$b$", "```\n$a$\n```\n((b))"],
  ["[$a$](https://example.org/$b$) $c$", "[((a))](https://example.org/$b$) ((c))"],
  ["$ and $$ and $c$", "$ and \\$\\$ and ((c))"],
])("%s", (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  "It costs $5 and $10.",
  "$5, $6 or $7",
  "$100K–$200K",
  "between US$5 and HK$20",
  "$20/$30",
  "from $5 and HK$ to more",
  "$HOME/bin:$PATH and ${A}-${B}",
  "$$$",
  "$$ is the shell’s own number",
  "\\$x\\$",
  "`$x$` and ``\\(y\\)``",
  "```\n\\[ x \\]\n```",
  "~~~math\nx\n",
  "https://example.org/?a=$x$",
  "see \\[1\\] and \\[note\\]",
  "\\(never closed",
  "$a\n\nb$",
])("holds no formula: %s", (text) => {
  expect(withFormulas(text)).toBeNull();
});

test("more formulas than a page sets are left as they are", () => {
  expect(withFormulas("$x$ ".repeat(150))).not.toBeNull();
  expect(withFormulas("$x$ ".repeat(151))).toBeNull();
  expect(withFormulas(`$${"x".repeat(2_999)}$\n\n`.repeat(4))).toBeNull();
});

test("a text grows without a formula in it changing", () => {
  const text = "Before $a^2$ and \\[\nb\n\\] after $c$.";
  const first = withFormulas(text.slice(0, 13));
  for (let length = 13; length <= text.length; length += 1) {
    expect(withFormulas(text.slice(0, length))?.startsWith(first ?? "-")).toBe(true);
  }
});
