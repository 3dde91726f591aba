import { fileURLToPath } from "node:url";
import type { AgentImage } from "@mosaic/runtime/agent-runtime";
import type { BackendLimits } from "./container-lifecycle.types.js";

const dockerFolder = new URL("../../../../../docker/", import.meta.url);

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
  return { name: image, buildContext: isShipped ? fileURLToPath(new URL(id, dockerFolder)) : null };
}
