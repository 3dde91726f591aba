const maxCharacters = 60;
/** What a conversation without a message is called. */
export const untitled = "New conversation";
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What a conversation is called before its owner says otherwise: the first line of its first message, cut between words. */
export function titleOf(message: string): string {
  const line = message
    .split(/[\r\n]+/)
    .map((one) => one.replaceAll(/[\s\p{Cc}]+/gu, " ").trim())
    .find((one) => one !== "");
  if (line === undefined) {
    return untitled;
  }
  const characters = Array.from(graphemes.segment(line), ({ segment }) => segment);
  if (characters.length <= maxCharacters) {
    return line;
  }
  const cut = characters.slice(0, maxCharacters).join("");
  const endsBetweenWords = characters[maxCharacters] === " ";
  const lastSpace = cut.lastIndexOf(" ");
  return `${endsBetweenWords || lastSpace <= 0 ? cut.trimEnd() : cut.slice(0, lastSpace)}…`;
}
