import { expect, test } from "vitest";
import { faultsOfModels } from "./model-choice.js";

const first = { providerId: "p-1", model: "m-1" };
const second = { providerId: "p-1", model: "m-2" };

test.each([
  ["a model of the list", { model: first, fallbacks: [second] }, []],
  ["no model", { model: null, fallbacks: [] }, []],
  ["a fallback without a model", { model: null, fallbacks: [first] }, ["model"]],
  ["another's provider", { model: { providerId: "p-2", model: "m-1" }, fallbacks: [] }, ["model.providerId"]],
  ["a provider that is switched off", { model: { providerId: "p-3", model: "m-1" }, fallbacks: [] }, ["model.providerId"]],
  ["a model that is not listed", { model: first, fallbacks: [second, { providerId: "p-1", model: "m-3" }] }, ["fallbacks.1.model"]],
])("%s", (_name, values, paths) => {
  const offered = [
    { providerId: "p-1", isActive: true, modelIds: ["m-1", "m-2"] },
    { providerId: "p-3", isActive: false, modelIds: ["m-1"] },
  ];
  expect(faultsOfModels(values, offered).map((fault) => fault.path)).toEqual(paths);
});
