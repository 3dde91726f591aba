import {
  providerKind,
  providerModel,
  tokenPrices,
  type Provider,
  type ProviderKind,
  type ProviderModel,
  type SharedProvider,
} from "@mosaic/contracts/provider";
import { providerDialect, type ProviderDialect } from "@mosaic/contracts/provider-dialect";
import { z } from "zod";

/** A provider as it is stored. `ownerId` and `id` are what its key is bound to. */
export interface StoredProvider {
  readonly id: string;
  readonly ownerId: string;
  readonly kind: ProviderKind;
  readonly name: string;
  readonly baseUrl: string | null;
  readonly apiKeyEncrypted: string | null;
  readonly models: readonly ProviderModel[];
  /** What was found about it by asking. */
  readonly dialect: ProviderDialect;
  readonly transcriptionModel?: string | null;
  readonly version: number;
  readonly isActive: boolean;
  readonly isShared: boolean;
  /** Its owner is an admin who is not disabled: only then sharing counts. */
  readonly isAdmins: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What its owner sees: the key never comes back. */
export function toProvider(stored: StoredProvider): Provider {
  return {
    id: stored.id,
    kind: stored.kind,
    name: stored.name,
    baseUrl: stored.baseUrl,
    hasKey: stored.apiKeyEncrypted !== null,
    models: [...stored.models],
    transcriptionModel: stored.transcriptionModel ?? null,
    version: stored.version,
    isActive: stored.isActive,
    isShared: stored.isShared,
    createdAt: stored.createdAt.toISOString(),
    updatedAt: stored.updatedAt.toISOString(),
  };
}

/** What everybody sees of a provider that an admin shares. */
export function toSharedProvider(stored: StoredProvider): SharedProvider {
  return { id: stored.id, kind: stored.kind, name: stored.name, models: [...stored.models] };
}

/** What a provider's key is sealed for: in another row, or under another owner, it does not open. */
export function keyContext(provider: Pick<StoredProvider, "id" | "ownerId">): { owner: string; field: string } {
  return { owner: provider.ownerId, field: `llm_providers.api_key_encrypted:${provider.id}` };
}

/** A row as it comes out of the database, where kind and models are only text and JSON. */
export type StoredProviderRow = Omit<StoredProvider, "kind" | "models" | "dialect" | "isAdmins"> & {
  readonly kind: string;
  readonly models: unknown;
  readonly modelPrices: unknown;
  readonly dialect: unknown;
  readonly owner: { readonly role: string; readonly disabledAt: Date | null };
};

/** What a query includes so that `toStoredProvider` can read the row. */
export const storedProviderInclude = { owner: { select: { role: true, disabledAt: true } } } as const;

/** The same in SQL, for what is asked with every turn and every list: the columns, from `llm_providers l JOIN users u`. */
export const providerColumns = `l.id AS provider_id, l.owner_id, l.kind, l.name, l.base_url, l.api_key_encrypted, l.models, l.model_prices, l.dialect, l.transcription_model, l.version, l.is_active,
  l.is_shared, l.created_at, l.updated_at, u.role, u.disabled_at`;

export interface ProviderColumns {
  readonly provider_id: string;
  readonly owner_id: string;
  readonly kind: string;
  readonly name: string;
  readonly base_url: string | null;
  readonly api_key_encrypted: string | null;
  readonly models: unknown;
  readonly model_prices: unknown;
  readonly dialect: unknown;
  readonly transcription_model: string | null;
  readonly version: number;
  readonly is_active: boolean;
  readonly is_shared: boolean;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly role: string;
  readonly disabled_at: Date | null;
}

export function storedProviderOf(row: ProviderColumns): StoredProvider {
  return toStoredProvider({
    id: row.provider_id,
    ownerId: row.owner_id,
    kind: row.kind,
    name: row.name,
    baseUrl: row.base_url,
    apiKeyEncrypted: row.api_key_encrypted,
    models: row.models,
    modelPrices: row.model_prices,
    dialect: row.dialect,
    transcriptionModel: row.transcription_model,
    version: row.version,
    isActive: row.is_active,
    isShared: row.is_shared,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    owner: { role: row.role, disabledAt: row.disabled_at },
  });
}

/** Rows that everybody may use now. */
export const openToAll = { isShared: true, isActive: true, owner: { role: "admin", disabledAt: null } } as const;

const models = z.array(providerModel);
const pricesById = z.record(z.string(), tokenPrices);

/** Prices are stored beside the models. */
export function columnsOfModels(all: readonly ProviderModel[]) {
  const priced = all.flatMap(({ id, prices }) => (prices === undefined ? [] : [[id, prices] as const]));
  return { models: all.map(({ prices: _prices, ...model }) => model), modelPrices: Object.fromEntries(priced) };
}

function withPrices(stored: readonly ProviderModel[], modelPrices: unknown): ProviderModel[] {
  const prices = new Map(Object.entries(pricesById.safeParse(modelPrices).data ?? {}));
  return stored.map((model) => {
    const found = prices.get(model.id);
    return found === undefined ? model : { ...model, prices: found };
  });
}

export function toStoredProvider({ owner, modelPrices, ...row }: StoredProviderRow): StoredProvider {
  return {
    ...row,
    kind: providerKind.parse(row.kind),
    models: withPrices(models.parse(row.models), modelPrices),
    // What can't be read is only found out again.
    dialect: providerDialect.safeParse(row.dialect).data ?? { models: {} },
    isAdmins: owner.role === "admin" && owner.disabledAt === null,
  };
}
