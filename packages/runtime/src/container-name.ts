import { RuntimeError } from "./agent-runtime.js";

/** A name is an object on the engine, a hostname and a folder, so it must be good for all three. */
const CONTAINER_NAME = /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;

export function requireContainerName(name: string): void {
  if (CONTAINER_NAME.test(name)) return;
  throw new RuntimeError(
    "refused",
    `"${name.slice(0, 80)}" can't be the name of a container: it takes 2 to 63 small letters, digits and dashes.`,
  );
}
