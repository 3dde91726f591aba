import type { PushMessage } from "@mosaic/contracts/push";

const shownCharacters = 160;
/** Of a text that may have a million characters. */
const lookedAtCharacters = 1_000;

/** What a device is told of an answer. */
export function pushMessageOf(
  told: { readonly status: string; readonly isUnasked: boolean; readonly agentName: string; readonly conversationId: string },
  text: string | null,
): PushMessage {
  const kind = told.isUnasked ? "spoke" : told.status === "complete" ? "answered" : "failed";
  return { kind, agent: told.agentName, conversationId: told.conversationId, text: text === null ? null : beginningOf(text) };
}

/** Its first words, without the signs of Markdown that only clutter a notification. `null` if there are none. */
export function beginningOf(text: string): string | null {
  const plain = text
    .slice(0, lookedAtCharacters)
    .replaceAll(/^[#>\s]+|[*_`]{1,3}/gm, " ")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (plain === "") {
    return null;
  }
  const characters = Array.from(plain);
  return characters.length <= shownCharacters ? plain : `${characters.slice(0, shownCharacters).join("")}…`;
}
