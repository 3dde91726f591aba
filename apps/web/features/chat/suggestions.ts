import type { Agent, AgentTools } from "@mosaic/contracts/agent";
import { m } from "@messages/chat";

export interface Suggestion {
  /** `null`: its text says it all. */
  readonly title: string | null;
  readonly text: string;
}

/** In their order: the first ones that suit the agent. */
const defaults: readonly { readonly title: string; readonly text: string; readonly needs?: keyof AgentTools }[] = [
  { title: m.getToKnowIt, text: m.whoAreYouAndWhat },
  { title: m.runSomething, text: m.writeASmallScriptThat, needs: "shell" },
  { title: m.lookSomethingUp, text: m.whatIsNewInA, needs: "web" },
  { title: m.keepAList, text: m.keepAToDoList, needs: "files" },
  { title: m.planSomething, text: m.helpMePlanMyWeek },
  { title: m.makeItRemember, text: m.pleaseRememberThisAboutMe },
  { title: m.explainSomething, text: m.explainHowLargeLanguageModels },
];

const most = 4;

/** What its owner wrote, else what suits its tools. */
export const suggestionsFor = ({ suggestions, tools }: Pick<Agent, "suggestions" | "tools">): readonly Suggestion[] =>
  suggestions === null
    ? defaults.filter(({ needs }) => needs === undefined || tools[needs]).slice(0, most)
    : [...new Set(suggestions)].map((text) => ({ title: null, text }));
