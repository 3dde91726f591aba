import type { RenderInput } from "./agent-backend.js";

interface Places {
  readonly inbox: string;
  readonly outbox: string;
}

/** AGENTS.md of kinds that read it beside SOUL.md: who the agent is called, and house rules. `notes`: where lasting ones are kept. */
export function renderWorkingRules(agent: RenderInput["agent"], { inbox, outbox }: Places, notes: string): string {
  return [
    "# Working rules",
    "",
    `- Your name is ${[agent.name, agent.emoji].map(oneLine).join(" ").trim()}.`,
    "- You are already set up: there is no introduction and no first-run ritual to go through.",
    "- Your workspace is the current folder. Files here stay when you are stopped and started again.",
    `- What your person sends you as a file is in the folder ${inbox}.`,
    `- To give your person a file, write it into the folder ${outbox}: it can be downloaded once you have answered. Where messages name a folder in it for their conversation, make that and write there.`,
    `- Keep lasting notes about your person and your work ${notes}.`,
    "- SOUL.md and AGENTS.md are written by Mosaic and replaced when your owner changes your settings: don't edit them.",
    "",
  ].join("\n");
}

/** A name may hold line breaks; in a line of a list they would start new text. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}
