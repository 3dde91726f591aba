import { defaultAgentTools } from "@mosaic/contracts/agent";
import { expect, test } from "vitest";
import { suggestionsFor } from "@/features/chat/suggestions";

const none = { files: false, web: false, shell: false, browser: false, sessions: false };
const titles = (tools: typeof none) => suggestionsFor({ suggestions: null, tools }).map(({ title }) => title);

test("an agent is suggested for what its tools can do", () => {
  expect(titles(none)).toEqual(["Get to know it", "Plan something", "Make it remember", "Explain something"]);
  expect(titles(defaultAgentTools)).toEqual(["Get to know it", "Look something up", "Keep a list", "Plan something"]);
  expect(titles({ ...none, shell: true })).toContain("Run something");
});

test("what its owner wrote takes the place of these, and none is none", () => {
  expect(suggestionsFor({ suggestions: ["Sum up my mails", "Sum up my mails"], tools: none })).toEqual([
    { title: null, text: "Sum up my mails" },
  ]);
  expect(suggestionsFor({ suggestions: [], tools: none })).toEqual([]);
});
