const maxCharacters = 60;
const fallback = "New conversation";

/** What a conversation is called before its owner says otherwise: the first line of its first message, cut between words. */
export function titleOf(message: string): string {
  const line = message.split(/[\r\n]+/).map((one) => one.replaceAll(/[\s\p{Cc}]+/gu, " ").trim()).find((one) => one !== "");
  if (line === undefined) {
    return fallback;
  }
  const characters = [...line];
  if (characters.length <= maxCharacters) {
    return line;
  }
  const cut = characters.slice(0, maxCharacters).join("");
  const endsBetweenWords = characters[maxCharacters] === " ";
  const lastSpace = cut.lastIndexOf(" ");
  return `${endsBetweenWords || lastSpace <= 0 ? cut.trimEnd() : cut.slice(0, lastSpace)}…`;
}

export const untitled = fallback;
