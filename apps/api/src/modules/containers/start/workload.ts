import { fileURLToPath } from "node:url";
import type { InstallRecipe } from "@mosaic/agent-backends/backend-definition";
import { backendOf, findBackend } from "@mosaic/agent-backends/registry";
import type { AgentImage, Installation, WorkloadSpec } from "@mosaic/runtime/workload-spec";
import type { BackendLimits } from "../containers.types.js";

const repository = new URL("../../../../../../", import.meta.url);
/** Every agent is run by it, whatever its software is. */
const supervisorPath = fileURLToPath(new URL("packages/supervisor/dist/supervisor.js", repository));
const supervisorParts = partsOf("supervisor", "packages/supervisor/", ["package.json", "dist"]);

/** What runs, and for whom. */
export interface Workload {
  readonly name: string;
  readonly instanceId: string;
  readonly agentId: string;
  /** Where it finds its configuration, as it reaches it. */
  readonly configUrl: string;
  readonly backend: BackendLimits;
}

/** What an agent is started from: limits and image are the admins' choice, all else is the backend's. */
export function workloadOf({ name, instanceId, agentId, configUrl, backend }: Workload): WorkloadSpec {
  const { id, container } = backendOf(backend.id);
  return {
    name,
    instanceId,
    agentId,
    image: imageOf(backend),
    command: container.command,
    environment: { MOSAIC_CONFIG_URL: configUrl, ...container.environment },
    port: container.port,
    mounts: { state: container.stateDir, run: container.runDir },
    limits: { memoryBytes: backend.memoryLimitBytes, nanoCpus: backend.nanoCpus, pids: backend.pidsLimit },
    labels: { "mosaic.backend": id },
    tokenBy: "stdin",
  };
}

/** The image that this release of Mosaic ships a Dockerfile for can be built; any other comes from a registry. */
export function imageOf({ id, image }: Pick<BackendLimits, "id" | "image">): AgentImage {
  const isShipped = image.startsWith(`mosaic/${id}:`);
  const folder = fileURLToPath(new URL(`docker/${id}`, repository));
  // A backup may hold the state of a backend that this release does not know.
  const definition = findBackend(id);
  const recipe = definition?.installation ?? null;
  return {
    name: image,
    ...(isShipped ? { buildContext: folder, buildParts: supervisorParts } : { buildContext: null }),
    installation: definition === null || recipe === null ? null : installationOf(definition.label, folder, recipe),
  };
}

function installationOf(label: string, lockDir: string, { folder, proof, setUp, command, environment }: InstallRecipe): Installation {
  const fill = (text: string): string => text.replaceAll("{node}", process.execPath).replaceAll("{supervisor}", supervisorPath);
  const [file, ...rest] = command;
  return {
    label,
    packages: { folder, lockDir, proof, setUp },
    command: [fill(file), ...rest.map(fill)],
    environment: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)])),
  };
}

function partsOf(place: string, folder: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [`${place}/${name}`, fileURLToPath(new URL(`${folder}${name}`, repository))]));
}
