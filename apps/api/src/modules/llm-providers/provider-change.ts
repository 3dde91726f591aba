import {
  providerDefinitions,
  type CreateProvider,
  type ProviderKind,
  type ProviderModel,
  type UpdateProvider,
} from "@mosaic/contracts/provider";
import type { FieldFault } from "@mosaic/contracts/problem";
import type { ProviderDialect } from "@mosaic/contracts/provider-dialect";
import type { StoredProvider } from "./llm-providers.types.js";

/** The columns to write. `apiKeyEncrypted: undefined` leaves the key as it is. */
export interface ProviderChange {
  readonly kind: ProviderKind;
  readonly name: string;
  readonly baseUrl: string | null;
  readonly models: readonly ProviderModel[];
  readonly apiKeyEncrypted: string | null | undefined;
  readonly version: number;
  readonly isActive: boolean;
  readonly transcriptionModel: string | null;
  readonly dialect: ProviderDialect;
}

export type ProviderChangePlan = { readonly fault: FieldFault } | { readonly change: ProviderChange };

/** Another server may want other things: what was found is found out again. */
export const unknownDialect: ProviderDialect = { models: {} };

const keyNeededAgain: FieldFault = { path: "apiKey", message: "Enter the key again: the stored one is not sent to a new address" };
const addressNeeded: FieldFault = { path: "baseUrl", message: "The address of the provider is needed" };

/** What a PATCH makes of a provider. Absent fields stay; a stored key never goes to another address. */
export function planUpdate(stored: StoredProvider, update: UpdateProvider, seal: (key: string) => string): ProviderChangePlan {
  const baseUrl = nextBaseUrl(stored.kind, update.baseUrl === undefined ? stored.baseUrl : update.baseUrl);
  if (baseUrl === null && providerDefinitions[stored.kind].needsAddress) {
    return { fault: addressNeeded };
  }
  const hasNewAddress = !isSameAddress(baseUrl, stored.baseUrl);
  if (hasNewAddress && stored.apiKeyEncrypted !== null && update.apiKey === undefined) {
    return { fault: keyNeededAgain };
  }
  const hasNewKey = update.apiKey !== undefined && !(update.apiKey === null && stored.apiKeyEncrypted === null);
  return {
    change: {
      kind: stored.kind,
      name: update.name ?? stored.name,
      baseUrl,
      models: update.models ?? stored.models,
      apiKeyEncrypted: sealOrKeep(update.apiKey, seal),
      version: stored.version + (hasNewAddress || hasNewKey ? 1 : 0),
      isActive: update.isActive ?? stored.isActive,
      transcriptionModel: nextTranscriptionModel(
        stored.kind,
        update.transcriptionModel === undefined ? stored.transcriptionModel : update.transcriptionModel,
      ),
      dialect: hasNewAddress ? unknownDialect : stored.dialect,
    },
  };
}

/**
 * What a whole provider, entered again in place of the one before, makes of it. An empty key field means the stored key as long as kind and
 * address are the same; another kind forgets it, and another address needs it again where the kind needs one at all.
 */
export function planReplacement(stored: StoredProvider, next: CreateProvider, seal: (key: string) => string): ProviderChangePlan {
  const baseUrl = nextBaseUrl(next.kind, next.baseUrl ?? null);
  const isSameEndpoint = next.kind === stored.kind && isSameAddress(baseUrl, stored.baseUrl);
  const isKeyEntered = next.apiKey !== undefined && next.apiKey !== null;
  const needsKey = providerDefinitions[next.kind].needsKey;
  if (!isSameEndpoint && !isKeyEntered && stored.apiKeyEncrypted !== null && next.kind === stored.kind && needsKey) {
    return { fault: keyNeededAgain };
  }
  const apiKeyEncrypted = isKeyEntered ? seal(next.apiKey ?? "") : isSameEndpoint ? undefined : null;
  return {
    change: {
      kind: next.kind,
      name: next.name,
      baseUrl,
      models: next.models,
      apiKeyEncrypted,
      version: stored.version + (isSameEndpoint && !isKeyEntered ? 0 : 1),
      isActive: true,
      transcriptionModel: nextTranscriptionModel(next.kind, next.transcriptionModel),
      dialect: isSameEndpoint ? stored.dialect : unknownDialect,
    },
  };
}

/** The demo's address is the platform's business. */
export function nextBaseUrl(kind: ProviderKind, baseUrl: string | null): string | null {
  return providerDefinitions[kind].needsAddress ? baseUrl : null;
}

/** Of a kind that writes nothing down there is none. */
export function nextTranscriptionModel(kind: ProviderKind, model: string | null | undefined): string | null {
  return providerDefinitions[kind].transcribes ? (model ?? null) : null;
}

/** A slash at the end makes no other address. */
export function isSameAddress(left: string | null, right: string | null): boolean {
  const normal = (value: string | null): string | null => (value === null ? null : new URL(value).href.replace(/(?<!\/)\/+$/, ""));
  return normal(left) === normal(right);
}

function sealOrKeep(apiKey: string | null | undefined, seal: (key: string) => string): string | null | undefined {
  return apiKey === undefined || apiKey === null ? apiKey : seal(apiKey);
}
