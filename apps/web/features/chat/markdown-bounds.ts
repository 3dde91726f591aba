/** Why a text is shown as it is, and not laid out: nothing that takes long is begun. */
export type PlainReason = "long" | "nested" | "intricate";

/** What the parser and the page take in their stride. Beyond it they need seconds, minutes, or more stack than there is. */
const maxLength = 40_000;
const maxLines = 1_500;
const maxDepth = 50;
/** Of one paragraph, and of footnotes in all: the parser compares each with all the others. */
const maxBrackets = 1_000;
const maxDelimiters = 1_000;
const maxFootnotes = 100;

const isOneOf = (characters: string) => {
  const known = new Set(characters);
  return (character: string | undefined): boolean => character !== undefined && known.has(character);
};
const isBracket = isOneOf("[]");
const isDelimiter = isOneOf("*_~`<$");

/** Looks at each character a fixed number of times, before anything is parsed. `null`: it may be laid out. */
export const whyPlain = (text: string): PlainReason | null => {
  if (text.length > maxLength) return "long";
  const lines = text.split("\n");
  if (lines.length > maxLines) return "long";
  let [brackets, delimiters, footnotes] = [0, 0, 0];
  for (const line of lines) {
    if (depthOf(line) > maxDepth) return "nested";
    if (line.trim() === "") [brackets, delimiters] = [0, 0];
    for (let at = 0; at < line.length; at += 1) {
      if (isBracket(line[at])) brackets += 1;
      // Of a run (`***`) only the beginning counts.
      else if (isDelimiter(line[at]) && line[at] !== line[at - 1]) delimiters += 1;
      if (line[at] === "[" && line[at + 1] === "^") footnotes += 1;
    }
    if (brackets > maxBrackets || delimiters > maxDelimiters || footnotes > maxFootnotes) return "intricate";
  }
  return null;
};

/** How many quotes and lists a line is inside of, at most: `> - 1. text` is three deep, and lists nest by two columns or more. */
const depthOf = (line: string): number => {
  let [depth, columns, at] = [0, 0, 0];
  let wasList = false;
  for (;;) {
    while (line[at] === " " || line[at] === "\t") {
      columns += line[at] === "\t" ? 4 : 1;
      at += 1;
    }
    const marker = line[at] === ">" ? 1 : listMarkerLength(line, at);
    if (marker === 0) return depth + (wasList ? Math.floor(columns / 2) : 0);
    wasList ||= line[at] !== ">";
    depth += 1;
    at += marker;
  }
};

const isBlank = (character: string | undefined): boolean =>
  character === undefined || character === " " || character === "\t" || character === "\r";
const isDigit = isOneOf("0123456789");
const isBullet = isOneOf("-+*");

/** 0 where no item of a list begins. */
const listMarkerLength = (line: string, at: number): number => {
  if (isBullet(line[at])) return isBlank(line[at + 1]) ? 1 : 0;
  let end = at;
  while (end - at < 9 && isDigit(line[end])) end += 1;
  return end > at && (line[end] === "." || line[end] === ")") && isBlank(line[end + 1]) ? end - at + 1 : 0;
};
