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
