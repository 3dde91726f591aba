import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { InstallRecipe } from "@mosaic/agent-backends/backend-definition";
import { backendOf, findBackend } from "@mosaic/agent-backends/registry";
import type { AgentImage, Installation, WorkloadSpec } from "@mosaic/runtime/workload-spec";
import type { BackendLimits } from "../containers.types.js";

const repository = new URL("../../../../../../", import.meta.url);
/** Every agent is run by it, whatever its software is. */
const supervisorPath = fileURLToPath(new URL("packages/supervisor/dist/supervisor.js", repository));
const supervisorParts = partsOf("supervisor", "packages/supervisor/", ["package.json", "dist"]);

const supervisorContext = fileURLToPath(new URL("docker/supervisor", repository));

/** Its tag is what it is made of: another release makes another one, and leaves alone what runs. */
const supervisorImage = {
  name: `mosaic/supervisor:${digestOf([supervisorContext, ...Object.values(supervisorParts)])}`,
  buildContext: supervisorContext,
  buildParts: supervisorParts,
};

/** For images that know nothing of Mosaic. It brings its own loader and libraries along, so that it runs whatever the image is made of. */
const mountedSupervisor = {
  path: "/opt/mosaic",
  command: [
    "/opt/mosaic/lib/loader",
    "--library-path",
    "/opt/mosaic/lib",
    "/opt/mosaic/bin/node",
    // What the agent runs has the same user: SIGUSR1 must not open a debugger in the supervisor, which knows the token.
    "--disable-sigusr1",
    "/opt/mosaic/supervisor/dist/supervisor.js",
  ],
  environment: { MOSAIC_AGENT_SOFTWARE_DIR: "/opt/mosaic", MOSAIC_PASS_ENVIRONMENT: "1" },
} as const;

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
    command: container.supervisor === "mounted" ? mountedSupervisor.command : container.command,
    environment: {
      MOSAIC_CONFIG_URL: configUrl,
      ...(container.supervisor === "mounted" ? mountedSupervisor.environment : {}),
      ...container.environment,
    },
    port: container.port,
    mounts: { state: container.stateDir, run: container.runDir },
    user: container.user,
    isRootReadOnly: !container.writesRoot,
    limits: { memoryBytes: backend.memoryLimitBytes, nanoCpus: backend.nanoCpus, pids: backend.pidsLimit },
    labels: { "mosaic.backend": id },
    tokenBy: "stdin",
  };
}

/** The image that this release of Mosaic ships a Dockerfile for can be built; any other comes from a registry. */
export function imageOf({ id, image }: Pick<BackendLimits, "id" | "image">): AgentImage {
  // What an admin declared has no Dockerfile here, however its image is called.
  const isShipped = image.startsWith(`mosaic/${id}:`) && existsSync(new URL(`docker/${id}/Dockerfile`, repository));
  const folder = fileURLToPath(new URL(`docker/${id}`, repository));
  // A backup may hold the state of a backend that this release does not know.
  const definition = findBackend(id);
  const recipe = definition?.installation ?? null;
  return {
    name: image,
    ...(definition?.container.supervisor === "mounted" ? { borrows: { image: supervisorImage, path: mountedSupervisor.path } } : {}),
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

/** Of files and folders with all that is below them. */
function digestOf(places: readonly string[]): string {
  const hash = createHash("sha256");
  for (const place of places) {
    const isFolder = statSync(place).isDirectory();
    const below = isFolder ? readdirSync(place, { recursive: true, encoding: "utf8" }).toSorted() : [""];
    for (const path of below.filter((each) => statSync(join(place, each)).isFile())) {
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(place, path)))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 12);
}
