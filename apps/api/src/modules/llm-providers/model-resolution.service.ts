import { backendDefinitions, findBackend } from "@mosaic/agent-backends/registry";
import { resolveModel, type ChosenModel, type ModelResolution } from "@mosaic/agent-backends/model-resolution";
import type { EffectiveModel, ModelChoice } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import type { StoredProvider } from "./llm-providers.types.js";
import { ModelSourcesRepository, type ModelSources, type SourcesOfAgent } from "./model-sources.repository.js";

/** What an agent itself says of its model: `null` and nothing for one that leaves it to the defaults. */
export interface OwnAssignment {
  readonly backend: string;
  readonly model: ModelChoice | null;
  readonly fallbacks: readonly ModelChoice[];
}

/** The one place where it is decided which model an agent uses: what its page shows is what its container gets. */
@Injectable()
export class ModelResolutionService {
  constructor(private readonly repository: ModelSourcesRepository) {}

  /** `ownerId: null`: of system agents. */
  async sourcesOf(ownerId: string | null): Promise<ModelSources> {
    return this.repository.load(ownerId);
  }

  /** Of one agent, with what it says itself. `null` if there is no such agent. */
  async sourcesOfAgent(agentId: string): Promise<SourcesOfAgent | null> {
    return this.repository.loadForAgent(agentId);
  }

  /** As `sourcesOf`, of several at once. */
  async sourcesOfMany(ownerIds: readonly (string | null)[]): Promise<(ownerId: string | null) => ModelSources> {
    return this.repository.loadMany(ownerIds);
  }

  /** None for an agent of a backend that this version does not know. */
  resolve({ ownerId, userDefaults, adminDefaults, providers }: ModelSources, agent: OwnAssignment): ModelResolution<StoredProvider> {
    const backend = findBackend(agent.backend)?.id;
    return backend === undefined
      ? { outcome: "none" }
      : resolveModel({ userId: ownerId, backend, agent, userDefaults, adminDefaults, providers });
  }

  /** What an agent uses that leaves it to the defaults: one of the first backend that has any. */
  defaultOf(sources: ModelSources): ChosenModel<StoredProvider> | null {
    for (const { id: backend } of backendDefinitions()) {
      const resolution = this.resolve(sources, { backend, model: null, fallbacks: [] });
      if (resolution.outcome === "resolved") {
        return resolution.models[0];
      }
    }
    return null;
  }

  effective(sources: ModelSources, agent: OwnAssignment): EffectiveModel | null {
    const resolution = this.resolve(sources, agent);
    if (resolution.outcome === "none") {
      return null;
    }
    const [{ provider, model }] = resolution.models;
    return {
      source: resolution.source,
      providerId: provider.id,
      providerName: provider.name,
      isShared: provider.ownerId !== sources.ownerId,
      model,
      ...(typeof provider.transcriptionModel === "string" ? { canDictate: true } : {}),
    };
  }
}
