import { expect, test } from "vitest";
import { startLayout } from "@/features/chat/markdown-chunks";

const chunksOf = (text: string): readonly string[] => {
  const layout = startLayout()(text);
  return "chunks" in layout ? layout.chunks : [layout.reason];
};
const paragraph = `${"Some words of a long answer. ".repeat(30)}\n\n`;
const chapter = paragraph.repeat(4);

test("a long text is parted where a paragraph or a heading begins, and nothing is lost", () => {
  const text = `${chapter}# A heading\n\n${chapter}`;
  expect(chunksOf(text).length).toBeGreaterThan(2);
  expect(chunksOf(text).join("")).toBe(text);
  expect(chunksOf("short\n\ntext")).toEqual(["short\n\ntext"]);
});

test.each([
  ["code", `\`\`\`ts\n${chapter}\`\`\`\n`],
  ["code with other fences inside", `~~~~\n${chapter}~~~\n${chapter}\`\`\`\n${chapter}~~~~\n`],
  ["a formula", `$$\n${chapter}$$\n`],
  ["a list", "- an item of a list\n\n  goes on after a blank line\n\n".repeat(200)],
  ["a quote", "> quoted words\n>\n".repeat(300)],
  ["a comment", `<!--\n${chapter}-->\n`],
  ["footnotes", `${chapter}See[^1].\n\n${chapter}[^1]: there\n`],
  ["links that are defined at the end", `${chapter}See [there].\n\n${chapter}[there]: https://example.org\n`],
])("%s is not parted", (_what, text) => {
  expect(chunksOf(text)).toEqual([text]);
});

test("a text that comes piece by piece has the chunks of the whole, and what is finished stays", () => {
  const text = `${chapter}\`\`\`ts\n${chapter}\`\`\`\n\n${chapter}1. one\n2. two\n\n${chapter}${chapter}`;
  const layOut = startLayout();
  let before: readonly string[] = [];
  for (let length = 1; length < text.length; length += 37) {
    const layout = layOut(text.slice(0, length));
    const chunks = "chunks" in layout ? layout.chunks : [];
    expect(chunks.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    before = chunks;
  }
  const whole = layOut(text);
  expect("chunks" in whole && whole.chunks).toEqual(chunksOf(text));
});

test("another text is begun anew", () => {
  const layOut = startLayout();
  layOut(chapter.repeat(3));
  expect(layOut("another")).toEqual({ chunks: ["another"] });
});

test("bounds hold for each chunk and for the whole", () => {
  expect(startLayout()(paragraph.repeat(120))).toHaveProperty("chunks");
  expect(startLayout()(paragraph.repeat(200))).toEqual({ reason: "long" });
  expect(startLayout()("# a\n".repeat(5_001))).toEqual({ reason: "long" });
  expect(startLayout()(`${chapter}${chapter}${">".repeat(2_000)}`)).toEqual({ reason: "nested" });
  expect(startLayout()(`\`\`\`\n${"code\n".repeat(2_000)}`)).toEqual({ reason: "long" });
});
