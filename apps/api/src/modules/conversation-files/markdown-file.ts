import type { Message } from "@mosaic/contracts/chat";
import { plainLine, quoted, quotedParts } from "./safe-markdown.js";

interface MarkdownHead {
  readonly title: string;
  readonly agentName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** `number`: by which other branches name it. */
export interface MarkdownPlace {
  readonly number: number;
  readonly agentName: string;
}

const timeOf = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;

const endings: Readonly<Record<Message["status"], string>> = {
  streaming: "",
  complete: "",
  stopped: "*Stopped.*",
  broken_off: "*Broken off.*",
  failed: "*Failed.*",
};

export function headOf({ title, agentName, createdAt, updatedAt }: MarkdownHead): string {
  return [
    `# ${plainLine(title)}`,
    `Conversation with ${plainLine(agentName)}, ${timeOf(createdAt.toISOString())} to ${timeOf(updatedAt.toISOString())}. ` +
      "What was said stands in quotes; what stands outside of them was written by Mosaic.",
    "",
  ].join("\n\n");
}

/** What stands before a branch. `after`: the number of the message that it follows. */
export function tailOf(index: number, after: number | null): string {
  if (index === 0) {
    return "";
  }
  return `## Another version, ${after === null ? "from the beginning" : `after message ${String(after)}`}\n\n`;
}

export function messageText({ number, agentName }: MarkdownPlace, { role, parts, status, error, createdAt }: Message): string {
  const who = role === "user" ? "You" : plainLine(agentName);
  const fault = error === null ? "" : quoted([error.title, error.detail ?? ""].filter((text) => text !== "").join("\n"));
  return [`### ${String(number)}. ${who}, ${timeOf(createdAt)}`, quotedParts(parts), endings[status], fault, ""]
    .filter((text, index, all) => text !== "" || index === all.length - 1)
    .join("\n\n");
}
