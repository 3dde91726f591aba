import { toolTextMaxCharacters } from "@mosaic/contracts/message-parts";

/** What is kept of what a tool was given or said. */
export function cutToolText(text: string): string {
  return text.length > toolTextMaxCharacters ? `${text.slice(0, toolTextMaxCharacters).toWellFormed()}…` : text;
}
