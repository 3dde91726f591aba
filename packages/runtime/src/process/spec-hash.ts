import { createHash } from "node:crypto";
import type { ContainerSpec } from "../agent-runtime.js";

/** Part of the hash: to be raised when agents have to be started in another way. */
const LAYOUT_VERSION = 1;

export function specHashOf(spec: ContainerSpec): string {
  const { name, instanceId, agentId, image, configUrl, limits } = spec;
  const content = [LAYOUT_VERSION, name, instanceId, agentId, image.name, configUrl, limits.memoryBytes, limits.nanoCpus, limits.pids];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 32);
}
