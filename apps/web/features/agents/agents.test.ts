import { expect, test } from "vitest";
import { agentFormSchema, agentToValues, decodeModel, emptyAgent, encodeModel, modelGroups, toAgent } from "@/features/agents/agent-values";
import { stageLabel, stagePercent } from "@/features/agents/stages";
import { stageSteps } from "@/features/chat/startup-card";
import { problemAction } from "@/features/chat/problem-action";
import { agentsUsing } from "@/features/providers/delete-provider";
import { sampleAgent, sampleProvider } from "@/test/contract-state";

const provider = sampleProvider({ models: [{ id: "vendor/model:free" }] });
const choice = { providerId: provider.id, model: "vendor/model:free" };

test("a model keeps its slashes on the way through the form", () => {
  expect(decodeModel(encodeModel(choice))).toEqual(choice);
  expect(decodeModel("")).toBeNull();
});

test("opening and saving an agent changes nothing", () => {
  const agent = sampleAgent({ model: choice, fallbacks: [choice] });
  const { name, emoji, personality, tools, model, fallbacks, idleTimeoutSeconds, suggestions } = agent;
  expect(toAgent(agentToValues(agent))).toEqual({ name, emoji, personality, tools, model, fallbacks, idleTimeoutSeconds, suggestions });
});

test("a model that is no longer offered stays in the list", () => {
  const labels = modelGroups([provider], ["gone/old-model"]).map(({ label, options }) => [label, options.map((option) => option.label)]);
  expect(labels).toEqual([
    ["Z.ai", ["vendor/model:free"]],
    ["No longer offered", ["old-model"]],
  ]);
});

test.each([
  [{ name: " " }, "name"],
  [{ idleTimeoutMinutes: "" }, "idleTimeoutMinutes"],
  [{ idleTimeoutMinutes: "-1" }, "idleTimeoutMinutes"],
  [{ idleTimeoutMinutes: "99999" }, "idleTimeoutMinutes"],
])("%o is refused at its field", (fault, field) => {
  const result = agentFormSchema.safeParse({ ...emptyAgent([provider]), name: "Ada", ...fault });
  expect(result.error?.issues.map(({ path }) => path[0])).toEqual([field]);
});

test("the bar only grows from stage to stage", () => {
  const stages = ["pulling", "queued", "creating", "starting", "waiting", "ready"] as const;
  const percents = stages.map((stage) => stagePercent({ stage, percent: null }));
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(stagePercent({ stage: "pulling", percent: 50 })).toBe(30);
  expect(percents.at(-1)).toBe(100);
});

test("only what this start needs is listed", () => {
  expect(stageSteps([], "creating").map(({ stage }) => stage)).toEqual(["creating", "starting", "waiting", "ready"]);
  expect(stageSteps(["installing"], "starting").map(({ state }) => state)).toEqual(["done", "done", "current", "todo", "todo"]);
});

test("a start that waits for its turn is listed as that, and only then", () => {
  expect(stageSteps(["pulling"], "queued").map(({ stage, state }) => `${stage} ${state}`)).toEqual([
    "pulling done",
    "queued current",
    "creating todo",
    "starting todo",
    "waiting todo",
    "ready todo",
  ]);
});

test.each([
  [1, "Waiting for its turn, next"],
  [2, "Waiting for its turn, 2nd"],
  [3, "Waiting for its turn, 3rd"],
  [4, "Waiting for its turn, 4th"],
  [11, "Waiting for its turn, 11th"],
  [22, "Waiting for its turn, 22nd"],
  [undefined, "Waiting for its turn"],
])("the place %s in the queue reads: %s", (place, text) => {
  expect(stageLabel({ stage: "queued", place })).toBe(text);
});

test("deleting a provider names the agents that lose their model", () => {
  const main = sampleAgent({ name: "Main", model: choice });
  const fallback = sampleAgent({ name: "Fallback", fallbacks: [choice] });
  const used = agentsUsing(provider, [main, fallback, sampleAgent()]);
  expect([used.main, used.fallback]).toEqual([[main], [fallback]]);
});

test("a refused key leads to the providers, a missing model to the agents, a missing image nowhere", () => {
  expect(problemAction("provider_key_refused", false)?.href).toBe("/settings/providers");
  expect(problemAction("model_not_assigned", false)?.href).toBe("/settings/agents");
  expect(problemAction("image_missing", false)).toBeNull();
  expect(problemAction("model_not_assigned", true)).toEqual({ label: "Admin → System agents", href: "/admin/system-agents" });
  expect(problemAction("provider_key_refused", true)?.href).toBe("/settings/providers");
});
