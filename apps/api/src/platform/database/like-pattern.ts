/** Text as it is, for LIKE: `%` and `_` would mean something to it. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

/** What words of a name are set apart by. */
const separators = [" ", "-", ".", String.raw`\_`];

/**
 * Patterns for LIKE that find a part of a name. One or two letters are looked for where a word begins: within words they would be
 * everywhere, and the index knows no fewer than three.
 */
export function searchPatterns(search: string): string[] {
  const text = escapeLike(search);
  return /^[a-z0-9]{1,2}$/i.test(search) ? [`${text}%`, ...separators.map((separator) => `%${separator}${text}%`)] : [`%${text}%`];
}
