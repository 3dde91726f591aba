import { RuntimeError } from "./agent-runtime.js";

/** A name is an object on the engine, a hostname and a folder, so it must be good for all three. */
const containerName = /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;

export function requireContainerName(name: string): void {
  if (containerName.test(name)) return;
  throw new RuntimeError(
    "refused",
    `"${name.slice(0, 80)}" can't be the name of a container: it takes 2 to 63 small letters, digits and dashes.`,
  );
}

/** The registry, the path, the tag or digest. What looks otherwise would reach another part of the engine's API. */
const imageName = /^[a-z0-9][a-zA-Z0-9._-]*(?::\d+(?=\/))?(?:\/[a-z0-9][a-z0-9._-]*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

export function requireImageName(name: string): void {
  if (imageName.test(name) && name.length <= 400) return;
  throw new RuntimeError("refused", `"${name.slice(0, 80)}" is not the name of an image.`);
}
