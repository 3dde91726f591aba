import type { Message } from "@mosaic/contracts/chat";
import { textParts } from "@mosaic/contracts/message-parts";

const vocabulary =
  "the agent reads a long report and tells what it has found in few words while others write tests measure frames keep places and answer questions about gardens bridges".split(
    " ",
  );

/** The same at each run. */
const numbers = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
};

const sentence = (next: (below: number) => number, words: number): string =>
  `${Array.from({ length: words }, () => {
    const word = vocabulary[next(vocabulary.length)] ?? "";
    const marked = next(18);
    return marked === 0 ? `**${word}**` : marked === 1 ? `\`${word}\`` : word;
  }).join(" ")}.`;

const code = "```ts\nconst total = items.map(({ price }) => price).reduce((a, b) => a + b, 0);\nconsole.log(total);\n```";
const table = "| Way | Time |\n| --- | --- |\n| one | 12 ms |\n| other | 48 ms |";

/** Paragraphs, headings, lists, code and tables, as answers have them. */
export const answerText = (words: number, seed = 1): string => {
  const next = numbers(seed);
  const blocks: string[] = [];
  for (let left = words, place = 0; left > 0; place += 1) {
    const length = Math.min(left, 30 + next(60));
    left -= length;
    const kind = place % 9;
    if (kind === 2) blocks.push(`## ${sentence(next, 4)}`);
    if (kind === 4) blocks.push(Array.from({ length: 4 }, () => `- ${sentence(next, Math.ceil(length / 4))}`).join("\n"));
    else blocks.push(sentence(next, length));
    if (kind === 6) blocks.push(code);
    if (kind === 8) blocks.push(table);
  }
  return blocks.join("\n\n");
};

/** Questions and answers in turn. */
export const storedMessages = (count: number): Message[] =>
  Array.from({ length: count }, (_, index) => {
    const isQuestion = index % 2 === 0;
    const content = isQuestion ? `Question ${index}: ${sentence(numbers(index), 12)}` : answerText(40 + ((index * 37) % 160), index);
    return {
      id: `0190f0f0-0000-7000-8000-${String(index).padStart(12, "0")}`,
      role: isQuestion ? "user" : "assistant",
      content,
      parts: [...textParts(content)],
      usage: null,
      status: "complete",
      error: null,
      createdAt: new Date(1_700_000_000_000 + index * 60_000).toISOString(),
    };
  });
