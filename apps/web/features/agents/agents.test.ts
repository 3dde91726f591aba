import { expect, test } from "vitest";
import { agentFormSchema, agentToValues, decodeModel, emptyAgent, encodeModel, modelGroups, toAgent } from "@/features/agents/agent-values";
import { paceText, stageLabel, startPercent } from "@/features/agents/stages";
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

const begunAt = "2026-11-29T10:00:00.000Z";
const atMs = (seconds: number): number => Date.parse(begunAt) + seconds * 1000;
const started = (usualMs: number | null, longestMs: number | null = usualMs) => ({
  stage: "waiting" as const,
  percent: null,
  detail: null,
  pace: { begunAt, usualMs, longestMs },
});
const barAt = (progress: Parameters<typeof startPercent>[0], seconds: number, hasPrepared = false): number =>
  startPercent(progress, { nowMs: atMs(seconds), heardAtMs: atMs(0), hasPrepared });

test.each([
  [started(30_000), false],
  [started(null), false],
  [started(30_000), true],
  [{ stage: "pulling", percent: null, detail: null } as const, false],
])("the bar of %j always moves, and never comes to its end before the start does", (progress, hasPrepared) => {
  const percents = Array.from({ length: 300 }, (_none, second) => barAt(progress, second, hasPrepared));
  for (const [index, percent] of percents.slice(1).entries()) {
    expect(percent).toBeGreaterThan(percents[index] ?? 0);
  }
  expect(percents.at(-1)).toBeLessThan(100);
});

test("the bar goes by what starts took here", () => {
  expect(Math.round(barAt(started(30_000), 30))).toBe(89);
  expect(Math.round(barAt(started(300_000), 30))).toBe(20);
  expect(barAt({ stage: "pulling", percent: 50, detail: null }, 0)).toBe(30);
  expect(barAt({ ...started(30_000), stage: "creating" }, 0, true)).toBe(60);
  expect(barAt({ ...started(30_000), stage: "ready" }, 0)).toBe(100);
});

test("a device whose clock is behind sees the bar move too", () => {
  expect(startPercent(started(30_000), { nowMs: atMs(-590), heardAtMs: atMs(-600), hasPrepared: false })).toBeGreaterThan(10);
});

test.each([
  [started(null), 5, "The first start takes about a minute."],
  [started(29_700), 5, "A start takes about 30 seconds on this machine."],
  [started(30_000, 90_000), 80, "A start takes about 30 seconds on this machine."],
  [
    started(30_000, 90_000),
    91,
    "This takes longer than any start on this machine so far. Mosaic waits for the agent’s software to answer.",
  ],
  [started(null), 121, "This takes longer than it should. Mosaic waits for the agent’s software to answer."],
  [{ stage: "queued", percent: null, detail: null } as const, 500, null],
])("of %j after %i s it says: %s", (progress, seconds, words) => {
  expect(paceText(progress, atMs(seconds))).toBe(words);
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
