import type { RenderInput } from "./agent-backend.js";

export const openclawWorkspace = { folder: "workspace", inbox: "inbox", outbox: "outbox" } as const;

const defaultPersonality = [
  "You are a capable, friendly assistant who belongs to one person and works for that person alone.",
  "",
  "- Answer the question first, then explain as much as it needs.",
  "- Write plainly. Say what you don't know, and ask when a request can be read in two ways.",
  "- Before you change or delete something that can't be brought back, ask.",
  "- Remember what you are told, and use it.",
].join("\n");

/** SOUL.md: who the agent is. OpenClaw reads it at the start of every turn. */
export function renderSoul(agent: RenderInput["agent"]): string {
  return `${agent.personality.trim() === "" ? defaultPersonality : agent.personality}\n`;
}

/** IDENTITY.md: the same as in the configuration, for the model to read; a missing one is pointed out to it in every turn. */
export function renderIdentityFile(agent: RenderInput["agent"]): string {
  const emoji = agent.emoji === "" ? [] : [`- Emoji: ${oneLine(agent.emoji)}`];
  return ["# Identity", "", `- Name: ${oneLine(agent.name)}`, ...emoji, ""].join("\n");
}

/** AGENTS.md: house rules. Without it OpenClaw tells the model that a file is missing, or begins its own introduction ritual. */
export const houseRules = [
  "# Working rules",
  "",
  "- You are already set up: there is no introduction and no first-run ritual to go through.",
  "- Your workspace is the current folder. Files here stay when you are stopped and started again.",
  `- What your person sends you as a file is in the folder ${openclawWorkspace.inbox}.`,
  `- To give your person a file, write it into the folder ${openclawWorkspace.outbox}: it can be downloaded once you have answered. Where messages name a folder in it for their conversation, make that and write there.`,
  "- Keep lasting notes about your person and your work in MEMORY.md.",
  "- SOUL.md, IDENTITY.md and AGENTS.md are written by Mosaic and replaced when your owner changes your settings: don't edit them.",
  "",
].join("\n");

/** A name may hold line breaks; in a line of a list they would start new text. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}
