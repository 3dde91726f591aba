/** Stands before a formula that gets a line of its own. A text may hold it too: then a formula of its own stands on a line, nothing worse. */
export const displayMark = "\uE000";

/** Of one formula, and of all formulas of a text together: what is set takes the page's own time. */
const maxLength = 3_000;
const maxTotal = 10_000;
const maxFormulas = 150;

/**
 * The text with every formula as `$$…$$` on one line, and every other `$$` escaped: what `remark-math` reads once single dollars are off. Models write
 * `$…$`, `$$…$$`, `\(…\)` and `\[…\]`, people write prices. `null`: there are no formulas, or more than a page sets.
 */
export const withFormulas = (text: string): string | null => {
  if (!/\$|\\[([]/.test(text)) return null;
  const found = { count: 0, length: 0 };
  const written = regionsOf(text)
    .map(({ content, isCode }) => (isCode ? content : rewrite(content, found)))
    .join("\n");
  return found.count === 0 || found.count > maxFormulas || found.length > maxTotal ? null : written;
};

interface Region {
  readonly content: string;
  readonly isCode: boolean;
}

const fence = /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})/;

/** Fenced code, and what stands between it, by paragraphs: no formula goes over a blank line. */
const regionsOf = (text: string): Region[] => {
  const regions: Region[] = [];
  let lines: string[] = [];
  let open: string | null = null;
  const end = (isCode: boolean): void => {
    if (lines.length > 0) regions.push({ content: lines.join("\n"), isCode });
    lines = [];
  };
  for (const line of text.split("\n")) {
    const mark = fence.exec(line)?.[1];
    if (open !== null) {
      lines.push(line);
      if (mark !== undefined && mark[0] === open[0] && mark.length >= open.length) {
        end(true);
        open = null;
      }
    } else if (mark !== undefined) {
      end(false);
      lines.push(line);
      open = mark;
    } else {
      lines.push(line);
      if (line.trim() === "") end(false);
    }
  }
  end(open !== null);
  return regions;
};

interface Formula {
  readonly tex: string;
  readonly isDisplay: boolean;
  readonly end: number;
}

const rewrite = (region: string, found: { count: number; length: number }): string => {
  let written = "";
  let at = 0;
  while (at < region.length) {
    const skipped = skip(region, at);
    if (skipped > at) {
      written += region.slice(at, skipped);
      at = skipped;
      continue;
    }
    const formula = formulaAt(region, at);
    if (formula !== null && formula.tex !== "") {
      found.count += 1;
      found.length += formula.tex.length;
      written += `$$${formula.isDisplay ? displayMark : ""}${formula.tex}$$`;
      at = formula.end;
    } else if (region.startsWith("$$", at)) {
      written += "\\$\\$";
      at += 2;
    } else {
      written += region[at] ?? "";
      at += 1;
    }
  }
  return written;
};

const address = /^(?:https?:\/\/[^\s<>)\]]+|\]\([^\n)]*\))/i;

/** Behind code, an address, or an escaped character: there are no formulas in them. */
const skip = (region: string, at: number): number => {
  const character = region[at];
  if (character === "`") {
    const run = /^`+/.exec(region.slice(at, at + 100))?.[0] ?? "`";
    const close = closeOfCode(region, at + run.length, run.length);
    return close === -1 ? at + run.length : close;
  }
  if (character === "\\" && /[\\$`]/.test(region[at + 1] ?? "")) return at + 2;
  if (character === "h" || character === "H" || character === "]") {
    return at + (address.exec(region.slice(at, at + 2_000))?.[0].length ?? 0);
  }
  return at;
};

const closeOfCode = (region: string, from: number, length: number): number => {
  let at = region.indexOf("`", from);
  while (at !== -1) {
    let end = at;
    while (region[end] === "`") end += 1;
    if (end - at === length) return end;
    at = region.indexOf("`", end);
  }
  return -1;
};

const formulaAt = (region: string, at: number): Formula | null => {
  if (region.startsWith("$$", at)) return between(region, at, "$$", true);
  if (region.startsWith("\\(", at)) return between(region, at, "\\)", false);
  if (region.startsWith("\\[", at)) return bracketed(region, at);
  return region[at] === "$" ? dollars(region, at) : null;
};

const between = (region: string, at: number, close: string, isDisplay: boolean): Formula | null => {
  const end = region.slice(at, at + 2 + maxLength + close.length).indexOf(close, 2);
  if (end === -1) return null;
  const isQuoted = /^\s*>/.test(region.slice(region.lastIndexOf("\n", at) + 1, at));
  const tex = onOneLine(region.slice(at + 2, at + end), isQuoted);
  return tex.includes("$") ? null : { tex, isDisplay, end: at + end + close.length };
};

/** `\[` is also how Markdown writes a bracket that is none: a formula begins its line, or looks like one. */
const bracketed = (region: string, at: number): Formula | null => {
  const formula = between(region, at, "\\]", true);
  if (formula === null) return null;
  const before = region.slice(region.lastIndexOf("\n", at - 1) + 1, at);
  const beginsLine =
    /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)?$/.test(before) &&
    /^[.,;:]?(?:\n|$)/.test(region.slice(formula.end, formula.end + 40).replace(/[^\S\n]/g, ""));
  return beginsLine || /[\\^_={}]/.test(formula.tex) ? formula : null;
};

const isWord = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const isBlank = (character: string | undefined): boolean => character === undefined || /\s/.test(character);

/** `$…$` on one line, and not what two prices or two variables of a shell have between them. */
const dollars = (region: string, at: number): Formula | null => {
  if (isWord(region[at - 1]) || isBlank(region[at + 1])) return null;
  const line = region.slice(at + 1, at + 1 + maxLength).split("\n", 1)[0] ?? "";
  const close = line.search(/(?<!\\)\$/);
  if (close < 1 || isBlank(line[close - 1])) return null;
  const after = line[close + 1];
  if (isWord(after) || after === "$" || after === "{" || after === "(") return null;
  const tex = line.slice(0, close);
  if (isPrice(tex)) return null;
  return { tex: tex.replace(/^`(.*)`$/, "$1").trim(), isDisplay: false, end: at + close + 2 };
};

/** `5 and HK` of `$5 and HK$`: it begins with a number, and has words but nothing of a formula. */
const isPrice = (tex: string): boolean => /^\d[\d.,]*/.test(tex) && /[\s/–-]\p{L}{2,}/u.test(tex) && !/[\\^_={}]/.test(tex);

/** What TeX reads the same: breaks of lines are blanks, comments are nothing, and a quote's marks belong to the quote. */
const onOneLine = (tex: string, isQuoted: boolean): string =>
  tex
    .split("\n")
    .map((line, at) => withoutComment(at > 0 && isQuoted ? line.replace(/^[\s>]*/, "") : line.trim()))
    .join(" ")
    .trim();

const withoutComment = (line: string): string => {
  let at = line.indexOf("%");
  while (at > 0 && line[at - 1] === "\\") at = line.indexOf("%", at + 1);
  return at === -1 ? line : line.slice(0, at);
};
