import type { MarkedText } from "@mosaic/contracts/search";
import { rangesIn, type Term, type TextRange } from "./search-terms.js";
import { piecesOf } from "./text-pieces.js";

const before = 60;
const longest = 220;
/** So far a cut is moved, to fall between two words. */
const slack = 20;

/** The whole of a short text, with what was looked for in it. */
export function marked(text: string, terms: readonly Term[]): MarkedText {
  const ranges = [...piecesOf(text)].flatMap((piece) => terms.flatMap((term) => rangesIn(term, piece)));
  return { text, marks: merged(ranges) };
}

/** A piece of a long text around one of its places, in one line. */
export function snippet(text: string, place: TextRange, terms: readonly Term[]): MarkedText {
  const start = place.start <= before ? 0 : cutAfter(text, place.start - before, place.start);
  const end = text.length - start <= longest ? text.length : cutBefore(text, start + longest, Math.min(place.end, start + longest));
  const line = `${start > 0 ? "…" : ""}${text.slice(start, end).replaceAll(/\s/gu, " ")}${end < text.length ? "…" : ""}`;
  return marked(line, terms);
}

/** After a space near there, else between two characters. */
function cutAfter(text: string, at: number, last: number): number {
  for (let index = at; index < Math.min(last, at + slack); index += 1) {
    if (/\s/u.test(text[index] ?? "")) {
      return index + 1;
    }
  }
  return isLowSurrogate(text, at) ? at + 1 : at;
}

function cutBefore(text: string, at: number, first: number): number {
  for (let index = at; index > Math.max(first, at - slack); index -= 1) {
    if (/\s/u.test(text[index] ?? "")) {
      return index;
    }
  }
  return isLowSurrogate(text, at) ? at - 1 : at;
}

function isLowSurrogate(text: string, index: number): boolean {
  return /[\udc00-\udfff]/.test(text[index] ?? "");
}

/** In order, none upon another. */
function merged(ranges: readonly TextRange[]): MarkedText["marks"] {
  const marks: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((one, other) => one.start - other.start)) {
    const last = marks.at(-1);
    if (last !== undefined && start <= last.end) {
      last.end = Math.max(last.end, end);
    } else {
      marks.push({ start, end });
    }
  }
  return marks;
}
