import {
  providerKind,
  providerModel,
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
  readonly dialect: unknown;
  readonly owner: { readonly role: string; readonly disabledAt: Date | null };
};

/** What a query includes so that `toStoredProvider` can read the row. */
export const storedProviderInclude = { owner: { select: { role: true, disabledAt: true } } } as const;

/** Rows that everybody may use now. */
export const openToAll = { isShared: true, isActive: true, owner: { role: "admin", disabledAt: null } } as const;

const models = z.array(providerModel);

export function toStoredProvider({ owner, ...row }: StoredProviderRow): StoredProvider {
  return {
    ...row,
    kind: providerKind.parse(row.kind),
    models: models.parse(row.models),
    // What can't be read is only found out again.
    dialect: providerDialect.safeParse(row.dialect).data ?? { models: {} },
    isAdmins: owner.role === "admin" && owner.disabledAt === null,
  };
}
