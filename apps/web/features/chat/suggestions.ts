import type { Agent, AgentTools } from "@mosaic/contracts/agent";

export interface Suggestion {
  /** `null`: its text says it all. */
  readonly title: string | null;
  readonly text: string;
}

/** In their order: the first ones that suit the agent. */
const defaults: readonly { readonly title: string; readonly text: string; readonly needs?: keyof AgentTools }[] = [
  { title: "Get to know it", text: "Who are you, and what can you do for me?" },
  { title: "Run something", text: "Write a small script that lists the largest files here, and run it.", needs: "shell" },
  { title: "Look something up", text: "What is new in a field that I name? Ask me which, then give me three sources.", needs: "web" },
  { title: "Keep a list", text: "Keep a to-do list for me in a file. Ask me what goes on it.", needs: "files" },
  { title: "Plan something", text: "Help me plan my week. Ask me three questions first, one at a time." },
  { title: "Make it remember", text: "Please remember this about me: " },
  { title: "Explain something", text: "Explain how large language models work, as if I were twelve." },
];

const most = 4;

/** What its owner wrote, else what suits its tools. */
export const suggestionsFor = ({ suggestions, tools }: Pick<Agent, "suggestions" | "tools">): readonly Suggestion[] =>
  suggestions === null
    ? defaults.filter(({ needs }) => needs === undefined || tools[needs]).slice(0, most)
    : [...new Set(suggestions)].map((text) => ({ title: null, text }));
