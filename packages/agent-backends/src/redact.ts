const blackedOut = "[hidden]";

/** What follows these words is a key, however it looks. Bounded throughout: what is redacted was written by somebody else. */
const namedSecret =
  /\b(bearer|basic|api[-_ ]?key|x-api-key|authorization|access[-_ ]?token|token|secret|password|key)(["']?\s{0,5}[:=]\s{0,5}["']?|\s{1,5})(?=[^\s"',;]{0,200}[\d_*-])[^\s"',;)\]}]{6,}/gi;

/** The well-known shapes of keys: a short prefix, then letters and digits. A provider may also show a part of it, with stars. */
const prefixedSecret = /\b(?:sk|pk|rk|ak|gsk|xai|key|AIza|hf|ghp|gho|glpat|eyJ)[-_.A-Za-z0-9*]{8,}/g;

const longWord = /[\w.~+/=*-]{24,}/g;
const minLongSecret = 24;

/** Blacks out whatever looks like a key. A word too much is no harm; a key too much is. */
export function redact(text: string): string {
  return text
    .replaceAll(namedSecret, (_match, word: string, gap: string) => `${word}${gap}${blackedOut}`)
    .replaceAll(prefixedSecret, blackedOut)
    .replaceAll(longWord, withoutLongSecret);
}

/** Long words of letters and digits mixed: nobody writes those by hand. Model names are shorter or have separators. */
function withoutLongSecret(word: string): string {
  for (let start = 0; start < word.length; start = afterSeparator(word, start)) {
    const dot = word.indexOf(".", start);
    if ((dot < 0 ? word.length : dot) - start >= minLongSecret) {
      const rest = word.slice(start);
      return /\d/.test(rest) && /[A-Za-z]/.test(rest) ? `${word.slice(0, start)}${blackedOut}` : word;
    }
  }
  return word;
}

/** Where the next part begins that could be a secret by itself: in `name.of=secret`, behind the equals sign. */
function afterSeparator(word: string, from: number): number {
  const found = word.slice(from).search(/[~+=*]/);
  return found < 0 ? word.length : from + found + 1;
}
