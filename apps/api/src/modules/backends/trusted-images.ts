import { builtInDefinitions } from "@mosaic/agent-backends/registry";
import { AppError } from "../../platform/errors/app-error.js";

/**
 * Mosaic's own of this backend, which is built here and has a tag, as any other form of its name is another one in a registry; and what the
 * operator trusts: a repository, or all below a name with a slash at its end.
 */
export function isTrustedImage(image: string, id: string, trusted: readonly string[]): boolean {
  const own = `mosaic/${id}:`;
  const repository = repositoryOf(image);
  return (
    (image.startsWith(own) && !image.includes("@")) ||
    repository === shippedRepositoryOf(id) ||
    trusted.some((entry) => (entry.endsWith("/") ? repository.startsWith(entry) : repository === entry))
  );
}

export function untrustedImage(id: string, trusted: readonly string[], path: string): AppError {
  const allowed = [shippedRepositoryOf(id) ?? `mosaic/${id}`, ...trusted];
  const message = `Only images of ${allowed.join(", ")} are allowed here. An image sees its agents' keys, files and conversations, so whoever runs this machine adds others: MOSAIC_AGENT_IMAGES.`;
  return new AppError("invalid_input", { detail: message, errors: [{ path, message }] });
}

/** Where the registry is that a kind which comes with Mosaic is pulled from. `null`: its image is built here. */
function shippedRepositoryOf(id: string): string | null {
  const definition = builtInDefinitions.find((each) => each.id === id);
  const repository = definition === undefined ? "mosaic/" : repositoryOf(definition.defaults.image);
  return repository.startsWith("mosaic/") ? null : repository;
}

function repositoryOf(image: string): string {
  return image.replace(/@.*/, "").replace(/:[^/:]*$/, "");
}
