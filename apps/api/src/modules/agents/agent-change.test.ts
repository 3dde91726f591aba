import { defaultAgentTools } from "@mosaic/contracts/agent";
import { lookOf } from "@mosaic/contracts/agent-look";
import { expect, test } from "vitest";
import { applyUpdate } from "./agent-change.js";
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
  suggestions: ["Sum up my mails"],
  models: [first, second],
  container: null,
  disk: { bytes: null, limitBytes: 1 },
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

test.each([
  ["nothing", {}, { model: first, fallbacks: [second] }],
  ["another model keeps the fallbacks", { model: second }, { model: second, fallbacks: [second] }],
  ["no model takes the fallbacks along", { model: null }, { model: null, fallbacks: [] }],
  ["no fallbacks", { fallbacks: [] }, { model: first, fallbacks: [] }],
  ["nothing keeps the suggestions", {}, { suggestions: ["Sum up my mails"] }],
  ["no suggestions take them away", { suggestions: null }, { suggestions: null }],
  ["no emoji takes one that follows from the name", { emoji: "" }, { emoji: lookOf("Robin").emoji }],
  ["another name", { name: "Rob" }, { name: "Rob", model: first }],
])("update of %s", (_name, update, expected) => {
  expect(applyUpdate(stored, update)).toMatchObject(expected);
});
