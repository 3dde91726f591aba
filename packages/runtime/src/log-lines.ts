const maxLineLength = 2_000;
/** Colours and cursor movements: they mean nothing outside of a terminal. */
// oxlint-disable-next-line no-control-regex
const escapeSequence = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])/g;
// oxlint-disable-next-line no-control-regex
const controlCharacter = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Text as lines that can be shown anywhere, the last `limit` of them. */
export function toLogLines(text: string, limit: number): string[] {
  const lines = text.replaceAll(escapeSequence, "").split(/\r?\n/);
  return lines
    .map((line) => line.replaceAll(controlCharacter, "").trimEnd().slice(0, maxLineLength))
    .filter((line) => line !== "")
    .slice(-limit);
}

/** Takes the frames of Docker's multiplexed stream apart: 8 bytes of head, the last four of which are the length. */
export function demultiplex(bytes: Buffer): string {
  const parts: Buffer[] = [];
  let offset = 0;
  while (offset + 8 <= bytes.length) {
    const length = bytes.readUInt32BE(offset + 4);
    parts.push(bytes.subarray(offset + 8, offset + 8 + length));
    offset += 8 + length;
  }
  return Buffer.concat(parts).toString("utf8");
}
