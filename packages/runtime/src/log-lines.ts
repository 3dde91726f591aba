const maxLineLength = 2_000;
/** Colours and cursor movements: they mean nothing outside of a terminal. */
// oxlint-disable-next-line no-control-regex
const escapeSequence = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])/g;
// oxlint-disable-next-line no-control-regex
const controlCharacter = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** What a page takes for the end of a line, and what turns the order of letters around: one line must not look like another, or like two. */
const deceiving = /[\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text as lines that can be shown anywhere, the last `limit` of them. */
export function toLogLines(text: string, limit: number): string[] {
  const lines = text.replaceAll(escapeSequence, "").split(/\r?\n/);
  return lines
    .map((line) => line.replaceAll(controlCharacter, "").replaceAll(deceiving, " ").trimEnd().slice(0, maxLineLength))
    .filter((line) => line !== "")
    .slice(-limit);
}
