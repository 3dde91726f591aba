/** A word of a script that puts spaces between words, or a run of characters of one that does not. */
export interface Piece {
  readonly kind: "word" | "run";
  /** Folded: what is written differently and read alike is equal. */
  readonly folded: string;
  /** In the text as it is. */
  readonly start: number;
  readonly end: number;
}

/** Of a word; nobody types more of one. */
const longestWord = 64;

/**
 * Scripts that do not part words, and Korean, whose words have their particles written to them. Where words end there is guessed by a dictionary,
 * which cuts a text and a query differently, and not alike in every release of Node. Whatever is longer than 1,000 is taken in parts.
 */
const piece =
  /(?<run>[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]&&[\p{L}\p{N}\p{M}]]{1,1000}|\p{Extended_Pictographic})|[[\p{L}\p{N}\p{M}]--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\u{fe00}-\u{fe0f}]]{1,1000}/gv;

/** In the order of the text. */
export function* piecesOf(text: string): Generator<Piece> {
  for (const match of text.matchAll(piece)) {
    const [found] = match;
    const isRun = match.groups?.["run"] !== undefined;
    yield {
      kind: isRun ? "run" : "word",
      folded: fold(isRun ? found : found.slice(0, longestWord)),
      start: match.index,
      end: match.index + found.length,
    };
  }
}

/** Accents, and the points of Arabic and Hebrew. The marks of other scripts are their vowels. */
const accents = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]/gu;
const unlike: Readonly<Record<string, string>> = {
  ß: "ss",
  ς: "σ",
  ı: "i",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
};
const unlikeLetters = /[ßςıøłđðþæœ]/gu;

function fold(text: string): string {
  // What most words are, at a tenth of the time.
  if (/^[\da-z]*$/i.test(text)) {
    return text.toLowerCase();
  }
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(accents, "")
    .replaceAll(unlikeLetters, (letter) => unlike[letter] ?? letter)
    .normalize("NFC");
}
