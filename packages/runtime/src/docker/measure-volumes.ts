import { randomUUID } from "node:crypto";
import type { DiskSpace } from "../agent-runtime.js";
import { readDf, readDu } from "../disk-use.js";
import { readContainerLogs } from "./container-logs.js";
import { instanceLabel } from "./container-options.js";
import type { Engine } from "./engine.js";
import { isStatus } from "./engine-errors.js";
import { helperLabels, removeHelper } from "./helper-containers.js";
import { seccompOption } from "./seccomp-profile.js";

/** Of one container that measures. What it has not printed by then is not measured. */
const limitMs = 60_000;
/**
 * All at once: one agent's millions of files must not keep the sizes of the others. Without complaints, which name files as agents call them:
 * none may pass for a size.
 */
const script = 'exec 2>/dev/null; df -kP "$1"; for path; do du -skx "$path" & done; wait';
/** Of a process per volume, and the shell. */
const processes = 32;
/** More than `df` and all the sizes are. */
const lines = 64;

interface Measured {
  readonly bytes: ReadonlyMap<string, number>;
  readonly disk: DiskSpace | null;
}

/**
 * Sizes of volumes, by a container that has them all read-only and nothing else. It is root, since an agent can forbid its own user to look,
 * but may only read. The engine's own way (`system df`) measures all there is, and blocks others for as long.
 */
export async function measureVolumes(engine: Engine, image: string, instanceId: string, volumes: readonly string[]): Promise<Measured> {
  const paths = volumes.map((_volume, index) => `/mosaic/${index}`);
  const id = await createMeasurer(engine, { image, instanceId, volumes, paths });
  if (id === null) return { bytes: new Map(), disk: null };
  try {
    await engine.call(async (docker, abortSignal) => docker.getContainer(id).start({ abortSignal }));
    await engine.call(async (docker, abortSignal) => docker.getContainer(id).wait({ abortSignal }), limitMs).catch(() => undefined);
    const printed = await readContainerLogs(engine, id, lines);
    const sizes = readDu(printed);
    const bytes = new Map<string, number>();
    for (const [index, volume] of volumes.entries()) {
      const size = sizes.get(`/mosaic/${index}`);
      if (size !== undefined) bytes.set(volume, size);
    }
    return { bytes, disk: readDf(printed) };
  } finally {
    await removeHelper(engine, id);
  }
}

interface Measurer {
  readonly image: string;
  readonly instanceId: string;
  readonly volumes: readonly string[];
  readonly paths: readonly string[];
}

/** `null` without the image. */
async function createMeasurer(engine: Engine, { image, instanceId, volumes, paths }: Measurer): Promise<string | null> {
  try {
    const container = await engine.call(async (docker, abortSignal) =>
      docker.createContainer({
        name: `mosaic-measure-${randomUUID().slice(0, 8)}`,
        Image: image,
        User: "0:0",
        Entrypoint: ["/bin/sh", "-c", script, "sh"],
        Cmd: [...paths],
        Labels: helperLabels(instanceId),
        HostConfig: {
          NetworkMode: "none",
          CapDrop: ["ALL"],
          CapAdd: ["DAC_READ_SEARCH"],
          SecurityOpt: ["no-new-privileges", seccompOption],
          ReadonlyRootfs: true,
          Memory: 256 * 1024 * 1024,
          NanoCpus: 500_000_000,
          PidsLimit: processes,
          Mounts: volumes.map((Source, index) => ({
            Type: "volume",
            Source,
            Target: paths[index] ?? "",
            ReadOnly: true,
            VolumeOptions: { NoCopy: true, Labels: { [instanceLabel]: instanceId }, DriverConfig: { Name: "local", Options: {} } },
          })),
          LogConfig: { Type: "local", Config: { "max-size": "1m", "max-file": "1", compress: "false" } },
        },
        abortSignal,
      }),
    );
    return container.id;
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}
