import { type BackendId, type BuiltInBackendId, builtInBackendId } from "@mosaic/contracts/agent";
import type { BackendDefinition } from "./backend-definition.js";
import { hermesDefinition } from "./hermes/hermes-definition.js";
import { nanobotDefinition } from "./nanobot/nanobot-definition.js";
import { openclawDefinition } from "./openclaw-definition.js";

type Definition = BackendDefinition<BackendId>;

/** The kinds that come with Mosaic. The table of them gets a row for each at the next start. */
const builtIn = { openclaw: openclawDefinition, hermes: hermesDefinition, nanobot: nanobotDefinition } satisfies {
  readonly [Id in BuiltInBackendId]: BackendDefinition<Id>;
};

export const builtInDefinitions: readonly Definition[] = builtInBackendId.options.map((id) => builtIn[id]);

let declared: readonly Definition[] = [];

/** Of this process: whoever reads the stored declarations tells what they are now. One with the id of a kind that comes with Mosaic is none. */
export function setDeclaredBackends(definitions: readonly Definition[]): void {
  declared = definitions.filter(({ id }) => !Object.hasOwn(builtIn, id));
}

/** All kinds there are, in the order in which they are offered. */
export function backendDefinitions(): readonly Definition[] {
  return [...builtInDefinitions, ...declared];
}

/** `null` for an id that no backend has: an unknown one is never taken for another. */
export function findBackend(id: string): Definition | null {
  return backendDefinitions().find((definition) => definition.id === id) ?? null;
}

/** Throws for an id that no backend has. */
export function backendOf(id: string): Definition {
  const definition = findBackend(id);
  if (definition === null) {
    throw new Error(`This version of Mosaic has no backend ${JSON.stringify(id)}.`);
  }
  return definition;
}
