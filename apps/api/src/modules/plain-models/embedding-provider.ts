import { isOpenToAll, type ChosenModel } from "@mosaic/agent-backends/model-resolution";
import { providerDefinitions } from "@mosaic/contracts/provider";
import { AppError } from "../../platform/errors/app-error.js";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import { embeds } from "./plain-dialects.js";

/**
 * Whom a person's texts go to: a provider that lists the model, their own before a shared one, else their own one that their agents use by default. Of what
 * an admin shares nobody asks for more than the list has. Throws `not_found` and `conflict`, in words that say where to set it.
 */
export function embeddingProvider(
  userId: string,
  providers: readonly StoredProvider[],
  byDefault: ChosenModel<StoredProvider> | null,
  model: string,
): StoredProvider {
  const own = providers.filter((provider) => provider.ownerId === userId && provider.isActive);
  const shared = providers.filter((provider) => provider.ownerId !== userId && isOpenToAll(provider));
  const listing = [...own, ...shared].filter(({ models }) => models.some(({ id }) => id === model));
  const fallback = byDefault?.provider.ownerId === userId ? [byDefault.provider] : [];
  const candidates = listing.length > 0 ? listing : fallback;
  const found = candidates.find(({ kind }) => embeds(kind));
  if (found !== undefined) {
    return found;
  }
  const [without] = candidates;
  if (without === undefined) {
    throw new AppError("not_found", {
      detail: `None of your providers lists the model ${model}. Add it to one under Settings → Providers.`,
    });
  }
  throw new AppError("conflict", {
    detail: `${providerDefinitions[without.kind].label} has no embeddings. Add the model ${model} to another provider under Settings → Providers.`,
  });
}
