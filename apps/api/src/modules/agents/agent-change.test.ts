import { defaultAgentTools } from "@mosaic/contracts/agent";
import { expect, test } from "vitest";
import { applyUpdate, faultsOfModels } from "./agent-change.js";
import type { StoredAgent } from "./agents.types.js";

const first = { providerId: "p-1", model: "m-1" };
const second = { providerId: "p-1", model: "m-2" };
const stored: StoredAgent = {
  id: "a",
  ownerId: "u",
  backend: "openclaw",
  name: "Robin",
  emoji: "",
  personality: "",
  tools: defaultAgentTools,
  idleTimeoutSeconds: 1800,
  models: [first, second],
  container: null,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

test.each([
  ["nothing", {}, { model: first, fallbacks: [second] }],
  ["another model keeps the fallbacks", { model: second }, { model: second, fallbacks: [second] }],
  ["no model takes the fallbacks along", { model: null }, { model: null, fallbacks: [] }],
  ["no fallbacks", { fallbacks: [] }, { model: first, fallbacks: [] }],
  ["another name", { name: "Rob" }, { name: "Rob", model: first }],
])("update of %s", (_name, update, expected) => {
  expect(applyUpdate(stored, update)).toMatchObject(expected);
});

test.each([
  ["a model of the list", { model: first, fallbacks: [second] }, []],
  ["no model", { model: null, fallbacks: [] }, []],
  ["a fallback without a model", { model: null, fallbacks: [first] }, ["model"]],
  ["another's provider", { model: { providerId: "p-2", model: "m-1" }, fallbacks: [] }, ["model.providerId"]],
  ["a model that is not listed", { model: first, fallbacks: [second, { providerId: "p-1", model: "m-3" }] }, ["fallbacks.1.model"]],
])("%s", (_name, values, paths) => {
  const offered = [{ providerId: "p-1", modelIds: ["m-1", "m-2"] }];
  expect(faultsOfModels(values, offered).map((fault) => fault.path)).toEqual(paths);
});
