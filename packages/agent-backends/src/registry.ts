import type { BackendId } from "@mosaic/contracts/agent";
import type { BackendDefinition } from "./backend-definition.js";
import { openclawDefinition } from "./openclaw-definition.js";

/** The only list of backends. The table of them gets a row for each at the next start. */
const registry = { openclaw: openclawDefinition } satisfies { readonly [Id in BackendId]: BackendDefinition<Id> };

export const backendDefinitions: readonly BackendDefinition<BackendId>[] = Object.values(registry);

/** `null` for an id that no backend has: an unknown one is never taken for another. */
export function findBackend(id: string): BackendDefinition<BackendId> | null {
  return backendDefinitions.find((definition) => definition.id === id) ?? null;
}

/** Throws for an id that no backend has. */
export function backendOf(id: string): BackendDefinition<BackendId> {
  const definition = findBackend(id);
  if (definition === null) {
    throw new Error(`This version of Mosaic has no backend ${JSON.stringify(id)}.`);
  }
  return definition;
}
