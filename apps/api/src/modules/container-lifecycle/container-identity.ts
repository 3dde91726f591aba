import { fileURLToPath } from "node:url";
import type { AgentImage } from "@mosaic/runtime/agent-runtime";
import type { BackendLimits } from "./container-lifecycle.types.js";

const repository = new URL("../../../../../", import.meta.url);
/** Every agent's container is run by it, whatever its software is. */
const supervisorParts = partsOf("supervisor", "packages/supervisor/", ["package.json", "dist"]);

/** Also the fixed hostname of the container, so at most 63 characters. */
export function containerNameOf(instanceId: string, agentId: string): string {
  return `mosaic-${instanceId.replaceAll("-", "").slice(0, 8)}-${agentId.replaceAll("-", "")}`;
}

/** Where the container finds its configuration on the internal port. */
export function configPathOf(agentId: string): string {
  return `/api/internal/agent-config/${agentId}`;
}

export function lockKeyOf(agentId: string): string {
  return `mosaic:agent:${agentId}`;
}

/** The image that this release of Mosaic ships a Dockerfile for can be built; any other comes from a registry. */
export function imageOf({ id, image }: Pick<BackendLimits, "id" | "image">): AgentImage {
  const isShipped = image.startsWith(`mosaic/${id}:`);
  return isShipped
    ? { name: image, buildContext: fileURLToPath(new URL(`docker/${id}`, repository)), buildParts: supervisorParts }
    : { name: image, buildContext: null };
}

function partsOf(place: string, folder: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [`${place}/${name}`, fileURLToPath(new URL(`${folder}${name}`, repository))]));
}
