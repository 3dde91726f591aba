/** JSON writes those of ASCII itself. Python's `splitlines`, with which some clients read a stream, also ends a line at these. */
const otherLineEnds = /[\u0085\u2028\u2029]/g;

/** One line for every reader, however it splits them. */
export function frame(value: unknown): string {
  const json = JSON.stringify(value).replace(otherLineEnds, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `data: ${json}\n\n`;
}
