import type { CreateAgent, ModelChoice, UpdateAgent } from "@mosaic/contracts/agent";
import type { FieldFault } from "@mosaic/contracts/problem";
import type { StoredAgent } from "./agents.types.js";

/** What is written of an agent. */
export interface AgentValues {
  readonly name: string;
  readonly emoji: string;
  readonly personality: string;
  readonly tools: StoredAgent["tools"];
  readonly idleTimeoutSeconds: number;
  readonly model: ModelChoice | null;
  readonly fallbacks: readonly ModelChoice[];
}

/** A provider of the owner, with the models that may be chosen. */
export interface OfferedModels {
  readonly providerId: string;
  readonly modelIds: readonly string[];
}

/** Absent fields stay. Without a model there are no fallbacks: taking the model away takes them along. */
export function applyUpdate(stored: StoredAgent, update: UpdateAgent): AgentValues {
  const [model = null, ...fallbacks] = stored.models;
  const nextModel = update.model === undefined ? model : update.model;
  return {
    name: update.name ?? stored.name,
    emoji: update.emoji ?? stored.emoji,
    personality: update.personality ?? stored.personality,
    tools: update.tools ?? stored.tools,
    idleTimeoutSeconds: update.idleTimeoutSeconds ?? stored.idleTimeoutSeconds,
    model: nextModel,
    fallbacks: update.fallbacks ?? (nextModel === null ? [] : fallbacks),
  };
}

export function valuesOf(input: CreateAgent): AgentValues {
  const { backend: _backend, ...values } = input;
  return values;
}

/** What is wrong with the chosen models. Another user's provider is as unknown as one that does not exist. */
export function faultsOfModels(values: Pick<AgentValues, "model" | "fallbacks">, offered: readonly OfferedModels[]): FieldFault[] {
  const faults = values.fallbacks.flatMap((choice, index) => faultOf(choice, `fallbacks.${index}`, offered));
  if (values.model === null) {
    return values.fallbacks.length === 0 ? [] : [{ path: "model", message: "Choose a model before its fallbacks" }];
  }
  return [...faultOf(values.model, "model", offered), ...faults];
}

function faultOf(choice: ModelChoice, path: string, offered: readonly OfferedModels[]): FieldFault[] {
  const provider = offered.find((candidate) => candidate.providerId === choice.providerId);
  if (provider === undefined) {
    return [{ path: `${path}.providerId`, message: "This provider does not exist" }];
  }
  return provider.modelIds.includes(choice.model)
    ? []
    : [{ path: `${path}.model`, message: "This provider's list does not have this model" }];
}
