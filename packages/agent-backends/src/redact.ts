const blackedOut = "[hidden]";

/** What follows these words is a key, however it looks. */
const namedSecret =
  /\b(bearer|basic|api[-_ ]?key|x-api-key|authorization|access[-_ ]?token|token|secret|password|key)(["']?\s*[:=]\s*["']?|\s+)(?=[^\s"',;]*[\d_*-])[^\s"',;)\]}]{6,}/gi;

/** The well-known shapes of keys: a short prefix, then letters and digits. A provider may also show a part of it, with stars. */
const prefixedSecret = /\b(?:sk|pk|rk|ak|gsk|xai|key|AIza|hf|ghp|gho|glpat|eyJ)[-_.A-Za-z0-9*]{8,}/g;

/** Long words of letters and digits mixed: nobody writes those by hand. Model names are shorter or have separators. */
const longSecret = /(?<![/\w.-])(?=[\w.~+/=*-]*\d)(?=[\w.~+/=*-]*[A-Za-z])[\w~+/=*-]{24,}(?:\.[\w~+/=*-]+)*/g;

/** Blacks out whatever looks like a key. A word too much is no harm; a key too much is. */
export function redact(text: string): string {
  return text
    .replaceAll(namedSecret, (_match, word: string, gap: string) => `${word}${gap}${blackedOut}`)
    .replaceAll(prefixedSecret, blackedOut)
    .replaceAll(longSecret, blackedOut);
}
