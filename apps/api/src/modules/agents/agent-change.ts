import { lookOf } from "@mosaic/contracts/agent-look";
import type { CreateAgent, ModelChoice, UpdateAgent } from "@mosaic/contracts/agent";
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
  /** `null`: what suits its tools. */
  readonly suggestions: readonly string[] | null;
}

/** Absent fields stay. Without a model there are no fallbacks: taking the model away takes them along. */
export function applyUpdate(stored: StoredAgent, update: UpdateAgent): AgentValues {
  const [model = null, ...fallbacks] = stored.models;
  const nextModel = update.model === undefined ? model : update.model;
  return {
    name: update.name ?? stored.name,
    emoji: update.emoji === undefined ? stored.emoji : emojiOf(update.emoji, update.name ?? stored.name),
    personality: update.personality ?? stored.personality,
    tools: update.tools ?? stored.tools,
    idleTimeoutSeconds: update.idleTimeoutSeconds ?? stored.idleTimeoutSeconds,
    model: nextModel,
    suggestions: update.suggestions === undefined ? stored.suggestions : update.suggestions,
    fallbacks: update.fallbacks ?? (nextModel === null ? [] : fallbacks),
  };
}

/** What a new agent is, with its backend's defaults where nothing was said. */
export function valuesOf(input: CreateAgent, defaults: Pick<AgentValues, "tools" | "idleTimeoutSeconds">): AgentValues {
  const { backend: _backend, ...values } = input;
  return {
    ...values,
    emoji: emojiOf(input.emoji, input.name),
    tools: input.tools ?? defaults.tools,
    idleTimeoutSeconds: input.idleTimeoutSeconds ?? defaults.idleTimeoutSeconds,
  };
}

/** Whether somebody chose it. */
export function hasEmoji({ emoji }: Pick<CreateAgent, "emoji">): boolean {
  return emoji !== undefined && emoji !== "";
}

/** Whoever chooses none gets one that follows from the name, so that agents look different. */
function emojiOf(chosen: string | undefined, name: string): string {
  return chosen === undefined || chosen === "" ? lookOf(name).emoji : chosen;
}
