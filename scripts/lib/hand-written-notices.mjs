/** The one place that tells Postgres to notify, and the one that listens: each by its schema. */
const places = [
  { path: "apps/api/src/platform/notices/notices.ts", pattern: /pg_notify/i },
  { path: "apps/api/src/platform/notices/postgres-channel.ts", pattern: /\bLISTEN\s/ },
];
const handWritten = [/pg_notify/i, /["'`](?:NOTIFY|LISTEN|UNLISTEN)\s/, /["'`](?:notify|listen|unlisten)\s(?:mosaic_|\$\{)/i];

/**
 * The lines of a file that notify or listen by hand, past the table of channels.
 *
 * @param {string} file
 * @param {string} source
 * @returns {{ file: string, line: number, text: string }[]}
 */
export function handWrittenNoticesIn(file, source) {
  const allowed = places.find(({ path }) => path === file)?.pattern;
  return source.split("\n").flatMap((text, index) => {
    const isFault = handWritten.some((pattern) => pattern.test(text)) && allowed?.test(text) !== true;
    return isFault ? [{ file, line: index + 1, text: text.trim() }] : [];
  });
}
