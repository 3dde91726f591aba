import { randomUUIDv7 } from "node:crypto";
import {
  providerDefinitions,
  type CreateProvider,
  type Provider,
  type ProviderKind,
  type SharedProvider,
  type UpdateProvider,
} from "@mosaic/contracts/provider";
import type { ProviderDialect } from "@mosaic/contracts/provider-dialect";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { DemoSettingsService } from "../demo/demo-settings.service.js";
import { FoundDialectsService } from "./found-dialects.service.js";
import { LlmProvidersRepository, type ModelUse } from "./llm-providers.repository.js";
import { keyContext, toProvider, toSharedProvider, type StoredProvider } from "./llm-providers.types.js";
import {
  nextBaseUrl,
  nextTranscriptionModel,
  planReplacement,
  planUpdate,
  type ProviderChange,
  type ProviderChangePlan,
} from "./provider-change.js";

const maxProvidersPerUser = 50;

/** A user's LLM endpoints. Keys go in and are only ever opened for calling the endpoint that they belong to. */
@Injectable()
export class LlmProvidersService {
  constructor(
    private readonly repository: LlmProvidersRepository,
    private readonly crypto: CryptoService,
    private readonly found: FoundDialectsService,
    private readonly demo: DemoSettingsService,
  ) {}

  async list(userId: string): Promise<Provider[]> {
    return (await this.repository.list(userId)).map(toProvider);
  }

  /** Those that are shared with everybody now: a provider of somebody who is no admin any more is not. */
  async listShared(): Promise<SharedProvider[]> {
    return (await this.repository.listShared()).map(toSharedProvider);
  }

  async get(userId: string, id: string): Promise<Provider> {
    return toProvider(await this.getStored(userId, id));
  }

  async getStored(userId: string, id: string): Promise<StoredProvider> {
    const stored = await this.repository.find(userId, id);
    if (stored === null) {
      throw new AppError("not_found");
    }
    return stored;
  }

  async exists(): Promise<boolean> {
    return this.repository.hasAny();
  }

  async create(userId: string, input: CreateProvider): Promise<Provider> {
    await this.assertOffered(input.kind);
    const created = await this.insert(userId, randomUUIDv7(), input);
    if (created === null) {
      throw new AppError("conflict");
    }
    return toProvider(created);
  }

  /**
   * Makes the provider with this id, or takes `input` in place of it: doing it twice, or twice at once, leaves one. An agent that used a model
   * which is gone then has none.
   */
  async put(userId: string, id: string, input: CreateProvider): Promise<Provider> {
    await this.assertOffered(input.kind);
    const replace = async (): Promise<StoredProvider | null> =>
      this.change(userId, id, (stored, seal) => planReplacement(stored, input, seal));
    const stored = (await replace()) ?? (await this.insert(userId, id, input)) ?? (await replace());
    if (stored === null) {
      throw new AppError("conflict");
    }
    return toProvider(stored);
  }

  async update(userId: string, id: string, update: UpdateProvider): Promise<Provider> {
    const stored = await this.change(userId, id, (before, seal) => planUpdate(before, update, seal), assertModelsStay);
    if (stored === null) {
      throw new AppError("not_found");
    }
    return toProvider(stored);
  }

  async remove(userId: string, id: string): Promise<void> {
    if (!(await this.repository.remove(userId, id))) {
      throw new AppError("not_found");
    }
  }

  /** All keys of one owner, opened, to black them out where they must not be seen. */
  async openKeys(ownerId: string): Promise<string[]> {
    return (await this.repository.list(ownerId)).map((provider) => this.openKey(provider)).filter((key) => key !== null);
  }

  openKey(provider: Pick<StoredProvider, "id" | "ownerId" | "apiKeyEncrypted">): string | null {
    return provider.apiKeyEncrypted === null ? null : this.crypto.open(provider.apiKeyEncrypted, keyContext(provider));
  }

  /** Throws `demo_model_off`. */
  private async assertOffered(kind: ProviderKind): Promise<void> {
    if (providerDefinitions[kind].isBuiltIn) {
      await this.demo.assertOn();
    }
  }

  /** `null`: the id is taken. */
  private async insert(userId: string, id: string, input: CreateProvider): Promise<StoredProvider | null> {
    const { apiKey } = input;
    const created = await this.repository.create(
      userId,
      {
        id,
        kind: input.kind,
        name: input.name,
        baseUrl: nextBaseUrl(input.kind, input.baseUrl ?? null),
        models: input.models,
        apiKeyEncrypted: apiKey === undefined || apiKey === null ? null : this.crypto.seal(apiKey, keyContext({ id, ownerId: userId })),
        version: 1,
        isActive: true,
        transcriptionModel: nextTranscriptionModel(input.kind, input.transcriptionModel),
        dialect: this.found.recall(userId, input.kind, input.baseUrl ?? null, input.models),
      },
      maxProvidersPerUser,
    );
    if (created === "full") {
      throw new AppError("conflict", { detail: `There can be ${maxProvidersPerUser} providers. Delete one first.` });
    }
    return created === "taken" ? null : created;
  }

  private async change(
    userId: string,
    id: string,
    plan: (stored: StoredProvider, seal: (key: string) => string) => ProviderChangePlan,
    check?: (change: ProviderChange, uses: readonly ModelUse[]) => void,
  ): Promise<StoredProvider | null> {
    return this.repository.change(userId, id, (stored, uses) => {
      const planned = plan(stored, (key) => this.crypto.seal(key, keyContext({ id, ownerId: userId })));
      if ("fault" in planned) {
        throw new AppError("invalid_input", { detail: planned.fault.message, errors: [planned.fault] });
      }
      check?.(planned.change, uses);
      const { kind, baseUrl, models, dialect } = planned.change;
      return { ...planned.change, dialect: withRecalled(dialect, this.found.recall(userId, kind, baseUrl, models)) };
    });
  }
}

/** What a row already knows was found at its first use, or by a later test: it stays where a test of before says something else. */
function withRecalled(known: ProviderDialect, recalled: ProviderDialect): ProviderDialect {
  return { ...recalled, ...known, models: { ...recalled.models, ...known.models } };
}

/** A model that an agent uses is not taken out of the list under it. */
function assertModelsStay(change: ProviderChange, uses: readonly ModelUse[]): void {
  const missing = uses.find((use) => !change.models.some((model) => model.id === use.model));
  if (missing !== undefined) {
    const message = `The agent ${missing.agentName} uses ${missing.model}: choose another model for it first`;
    throw new AppError("invalid_input", { detail: message, errors: [{ path: "models", message }] });
  }
}
