import type { PushMessage } from "@mosaic/contracts/push";
import { knownLanguage } from "../users/session-user.types.js";
import type { Told } from "./push-deliveries.repository.js";

const shownCharacters = 160;
/** Of a text that may have a million characters. */
const lookedAtCharacters = 1_000;

/** What a device is told of an answer. */
export function pushMessageOf(
  told: Pick<Told, "status" | "isUnasked" | "agentName" | "conversationId" | "language">,
  text: string | null,
): PushMessage {
  const kind = told.isUnasked ? "spoke" : told.status === "complete" ? "answered" : "failed";
  const { agentName: agent, conversationId, language } = told;
  return { kind, agent, conversationId, text: text === null ? null : beginningOf(text), language: knownLanguage(language) };
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
