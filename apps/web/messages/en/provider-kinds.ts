import { providerDefinitions, type ProviderKind } from "@mosaic/contracts/provider";

export const m = {
  hints: Object.fromEntries(Object.entries(providerDefinitions).map(([kind, { hint }]) => [kind, hint])) as Record<ProviderKind, string>,
  labels: Object.fromEntries(Object.entries(providerDefinitions).map(([kind, { label }]) => [kind, label])) as Record<ProviderKind, string>,
};
