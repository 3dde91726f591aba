import { stemmer as english } from "@orama/stemmers/english";
import { stemmer as french } from "@orama/stemmers/french";
import { stemmer as german } from "@orama/stemmers/german";
import { stemmer as russian } from "@orama/stemmers/russian";
import { stemmer as spanish } from "@orama/stemmers/spanish";
import { setImmediate as nextTurn } from "node:timers/promises";
import { featureOfPrefix, featuresOfRun } from "./index-tokens.js";
import { piecesOf, type Piece } from "./text-pieces.js";

/** One word, or one run of characters, that has to be in what is found. */
export interface Term {
  readonly kind: Piece["kind"];
  readonly folded: string;
  /** What the index is asked for: all of them are in every text that has the term, and in some others. */
  readonly features: readonly string[];
  readonly stems: readonly Stem[];
}

interface Stem {
  readonly stem: string;
  readonly stemmer: (word: string) => string;
}

/** Nobody says in which language they write, so a word is what any of these takes for the same. */
const stemmers = [english, german, french, spanish, russian];
const shortestPrefix = 3;
/** A stem that cuts off more is not the same word any more: `international` and `intern`. */
const longestEnding = 4;
const piecesAtOnce = 2_000;

/** Each once. None, if there is no letter and no digit in it. */
export function termsOf(query: string): Term[] {
  const terms = new Map([...piecesOf(query)].map(({ kind, folded }) => [folded, kind]));
  return [...terms].filter(([folded]) => folded !== "").map(([folded, kind]) => (kind === "run" ? runTerm(folded) : wordTerm(folded)));
}

function runTerm(folded: string): Term {
  return { kind: "run", folded, features: featuresOfRun(folded), stems: [] };
}

function wordTerm(folded: string): Term {
  const stems = folded.length < shortestPrefix ? [] : stemsOf(folded);
  const beginnings = [folded, ...stems.map(({ stem }) => commonBeginning(folded, stem))];
  // Whatever begins like a longer one begins like the shortest, too.
  const shortest = beginnings.reduce((one, other) => (other.length < one.length ? other : one));
  return { kind: "word", folded, features: [featureOfPrefix(shortest)], stems };
}

function stemsOf(word: string): Stem[] {
  return stemmers
    .map((stemmer) => ({ stem: stemmer(word), stemmer }))
    .filter(({ stem }) => word.length - stem.length <= longestEnding && commonBeginning(word, stem).length >= shortestPrefix);
}

/** Without a vowel at its end, which other forms of the word write differently: `study` and `studies`, `move` and `moving`. */
function commonBeginning(word: string, stem: string): string {
  let length = 0;
  while (length < stem.length && stem[length] === word[length]) {
    length += 1;
  }
  const common = word.slice(0, length);
  return common.length > shortestPrefix ? common.replace(/[aeiouy]$/u, "") : common;
}

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Where a term is in a piece, in the text that it is of. */
export function rangesIn(term: Term, piece: Piece): TextRange[] {
  if (term.kind !== piece.kind) {
    return [];
  }
  if (term.kind === "word") {
    return isSameWord(term, piece.folded) ? [{ start: piece.start, end: piece.end }] : [];
  }
  const isAsWritten = piece.folded.length === piece.end - piece.start;
  const ranges: TextRange[] = [];
  for (let at = piece.folded.indexOf(term.folded); at >= 0; at = piece.folded.indexOf(term.folded, at + term.folded.length)) {
    ranges.push(isAsWritten ? { start: piece.start + at, end: piece.start + at + term.folded.length } : piece);
  }
  return ranges.slice(0, isAsWritten ? ranges.length : 1).map(({ start, end }) => ({ start, end }));
}

function isSameWord({ folded, features: [beginning = ""], stems }: Term, word: string): boolean {
  if (folded.length < shortestPrefix) {
    return word === folded;
  }
  return word.startsWith(folded) || (word.startsWith(beginning) && stems.some(({ stem, stemmer }) => stemmer(word) === stem));
}

/** Where the first term is met that is in the text, if all of them are; `null` if one is not. Gives way to others while it reads. */
export async function placeOfAll(terms: readonly Term[], text: string): Promise<TextRange | null> {
  const missing = new Set(terms);
  let first: TextRange | null = null;
  let count = 0;
  for (const piece of piecesOf(text)) {
    for (const term of missing) {
      const [range] = rangesIn(term, piece);
      if (range !== undefined) {
        missing.delete(term);
        first ??= range;
      }
    }
    if (missing.size === 0) {
      return first;
    }
    count += 1;
    if (count % piecesAtOnce === 0) {
      await nextTurn();
    }
  }
  return null;
}
