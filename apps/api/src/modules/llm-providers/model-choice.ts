import type { ModelChoice } from "@mosaic/contracts/agent";
import type { FieldFault } from "@mosaic/contracts/problem";
import type { Prisma } from "../../generated/prisma/client.js";
import { findProviders } from "./find-providers.repository.js";
import { openToAll } from "./llm-providers.types.js";

/** Who chooses: a user, for an agent of theirs, as their default, or as an admin for a system agent; or admins for everybody. */
export type Chooser = { readonly userId: string } | "everybody";

export interface ChosenModels {
  readonly model: ModelChoice | null;
  readonly fallbacks: readonly ModelChoice[];
}

/** A provider that may be chosen from, with its models. */
export interface OfferedModels {
  readonly providerId: string;
  readonly isActive: boolean;
  readonly modelIds: readonly string[];
}

/** Locked against change: a model that is being chosen is not taken out of its list at the same moment. */
export async function offeredModels(transaction: Prisma.TransactionClient, chooser: Chooser): Promise<OfferedModels[]> {
  const offered = reachable(chooser);
  const ids = (await findProviders(transaction, offered)).map(({ id }) => id);
  await transaction.$queryRaw`SELECT 1 FROM llm_providers WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR SHARE`;
  // Asked again under the lock: what was changed meanwhile is seen as it is.
  const locked = new Set(ids);
  const rows = (await findProviders(transaction, offered)).filter(({ id }) => locked.has(id));
  return rows.map((row) => ({
    providerId: row.id,
    isActive: row.isActive,
    modelIds: row.models.map((model) => model.id),
  }));
}

/** A key that is not shared is only ever chosen by its owner, also among admins: whoever is made one brings theirs along. */
function reachable(chooser: Chooser): Prisma.LlmProviderWhereInput[] {
  return chooser === "everybody" ? [openToAll] : [{ ownerId: chooser.userId }, openToAll];
}

/** What is wrong with the chosen models. Another user's provider is as unknown as one that does not exist. */
export function faultsOfModels(values: ChosenModels, offered: readonly OfferedModels[]): FieldFault[] {
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
  if (!provider.isActive) {
    return [{ path: `${path}.providerId`, message: "This provider is switched off: switch it on first" }];
  }
  return provider.modelIds.includes(choice.model)
    ? []
    : [{ path: `${path}.model`, message: "This provider's list does not have this model" }];
}
