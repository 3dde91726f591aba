import { whyPlain, type PlainReason } from "@/features/chat/markdown-bounds";

/** How a text is laid out: in chunks that stand for themselves, or not at all. */
export type Layout = { readonly chunks: readonly string[] } | { readonly reason: PlainReason };

/** A chunk ends at the first place to part after so many characters. */
const chunkLength = 2_000;
/** Of the whole text, where `whyPlain` bounds each chunk. */
const maxLength = 120_000;
const maxLines = 5_000;

/** What one part defines and another uses: such a text stays whole. */
const definition = /^ {0,3}\[[^\]\n]{1,200}\]:/m;

interface Progress {
  /** Chunks that can't change any more, however the text goes on. */
  readonly finished: string[];
  /** All of them as one. */
  text: string;
  lines: number;
}

const nothing = (): Progress => ({ finished: [], text: "", lines: 0 });

/**
 * Lays out a text that grows, for one reader of it. As text is added all chunks but the last stay as they are, so that neither this nor who shows them
 * looks at them again; a whole text comes in the same chunks as one that came piece by piece.
 */
export const startLayout = (): ((text: string) => Layout) => {
  let known = nothing();
  return (text) => {
    if (text.length > maxLength) return { reason: "long" };
    if (!text.startsWith(known.text)) known = nothing();
    const rest = text.slice(known.text.length);
    if (definition.test(rest)) {
      const reason = whyPlain(text);
      return reason === null ? { chunks: [text] } : { reason };
    }
    const added = partsOf(rest);
    for (const chunk of added) {
      const reason = whyPlain(chunk);
      if (reason !== null) return { reason };
    }
    const last = added.pop() ?? "";
    for (const chunk of added) {
      known.finished.push(chunk);
      known.text += chunk;
      known.lines += linesOf(chunk);
    }
    return known.lines + linesOf(last) > maxLines ? { reason: "long" } : { chunks: [...known.finished, last] };
  };
};

const linesOf = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
};

const fence = /^ {0,3}(`{3,}|~{3,}|\$\$)/;
const html = /^ {0,3}<(?:script|pre|style|textarea|[!?])/i;
const htmlEnd = /<\/(?:script|pre|style|textarea)>|-->|\?>|\]\]>/i;
/** A paragraph or a heading at the margin, after a blank line, ends whatever stood before. */
const beginning = /^(?:\p{L}|#{1,6} )/u;

/** All but the last are finished. */
const partsOf = (text: string): string[] => {
  const parts: string[] = [];
  let [start, at] = [0, 0];
  let isAfterBlank = false;
  let open: string | null = null;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline + 1;
    const line = text.slice(at, end);
    if (open === null && isAfterBlank && at - start >= chunkLength && beginning.test(line)) {
      parts.push(text.slice(start, at));
      start = at;
    }
    open = stillOpen(line, open);
    isAfterBlank = line.trim() === "";
    at = end;
  }
  parts.push(text.slice(start));
  return parts;
};

/** What a line leaves open: a fence by its marks, HTML by `<`. */
const stillOpen = (line: string, open: string | null): string | null => {
  if (open === "<") return htmlEnd.test(line) ? null : open;
  if (open !== null) return closes(line, open) ? null : open;
  const marks = fence.exec(line)?.[1];
  if (marks !== undefined) return marks === "$$" && line.trim().length > 4 && line.trim().endsWith("$$") ? null : marks;
  return html.test(line) && !htmlEnd.test(line) ? "<" : null;
};

const closes = (line: string, open: string): boolean => {
  const text = line.trim();
  if (open === "$$") return text.endsWith("$$");
  return text.length >= open.length && text === (open[0] ?? "").repeat(text.length);
};
