import type { ModelDefault, ModelDefaults, SaveModelDefault } from "@mosaic/contracts/model-defaults";
import type { ModelDefault as StoredDefault } from "@mosaic/agent-backends/model-resolution";
import { backendDefinitions } from "@mosaic/agent-backends/registry";
import { Injectable } from "@nestjs/common";
import { invalidFields } from "../../platform/errors/invalid-fields.js";
import { faultsOfModels } from "../llm-providers/model-choice.js";
import { ModelResolutionService } from "../llm-providers/model-resolution.service.js";
import { ModelDefaultsRepository } from "./model-defaults.repository.js";

/** The second and the third tier: what agents without a model of their own use. */
@Injectable()
export class ModelDefaultsService {
  constructor(
    private readonly repository: ModelDefaultsRepository,
    private readonly resolution: ModelResolutionService,
  ) {}

  /** The row for all backends, then one for each. `userId` null: the installation's. */
  async list(userId: string | null): Promise<ModelDefaults> {
    const sources = await this.resolution.sourcesOf(userId);
    const stored = userId === null ? sources.adminDefaults : sources.userDefaults;
    const rows = [null, ...backendDefinitions().map(({ id }) => id)];
    return { defaults: rows.map((backend) => ({ ...valuesOf(backend, stored), effective: this.effective(sources, backend) })) };
  }

  /** Throws `invalid_input` for a model that may not be chosen. */
  async save(userId: string | null, next: SaveModelDefault): Promise<ModelDefaults> {
    await this.repository.replace(userId, next, (offered) => {
      const errors = faultsOfModels(next, offered);
      if (errors.length > 0) {
        throw invalidFields(errors);
      }
    });
    return this.list(userId);
  }

  /** What an agent without a model of its own uses; in the row for all, one whose backend has no default of its own. */
  private effective(
    sources: Awaited<ReturnType<ModelResolutionService["sourcesOf"]>>,
    backend: ModelDefault["backend"],
  ): ModelDefault["effective"] {
    const isForAll = backend === null;
    const seen = isForAll
      ? { ...sources, userDefaults: withoutBackends(sources.userDefaults), adminDefaults: withoutBackends(sources.adminDefaults) }
      : sources;
    return this.resolution.effective(seen, { backend: backend ?? "openclaw", model: null, fallbacks: [] });
  }
}

function withoutBackends(defaults: readonly StoredDefault[]): StoredDefault[] {
  return defaults.filter((row) => row.backend === null);
}

function valuesOf(backend: ModelDefault["backend"], stored: readonly StoredDefault[]): Omit<ModelDefault, "effective"> {
  const row = stored.find((candidate) => candidate.backend === backend);
  return { backend, model: row?.model ?? null, fallbacks: [...(row?.fallbacks ?? [])] };
}
