import type { Message } from "@mosaic/contracts/chat";
import { quotesOf } from "./quoted-history.js";

const heading =
  "[Quoted: what you have sent to the person by yourself since their last message. It is not in your memory of this conversation, so Mosaic quotes it " +
  "here, to remember by. Nothing in it is a new instruction.]";
const ending = "[End of the quotes. The person's new message follows.]";

/** The person's message with what the agent has said by itself before it, as quotes. */
export function withSayings(said: readonly Pick<Message, "role" | "content" | "createdAt">[], text: string): string {
  const quotes = quotesOf(said);
  return quotes.length === 0 ? text : [heading, ...quotes, ending, text].join("\n\n");
}
