import { randomUUID } from "node:crypto";
import { finished } from "node:stream/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { RuntimeError } from "../agent-runtime.js";
import type { Engine } from "./engine.js";
import { isStatus } from "./engine-errors.js";
import { helperLabels, removeHelper } from "./helper-containers.js";

/** The last part is what paths in an archive begin with. */
const mountedAt = "/mosaic/state";
/** Also of a reader who is slow. Less than `LONGEST_HELP_MS`: nobody removes the container while it is read. */
const archiveLimitMs = 60 * 60_000;

interface Volume {
  readonly volume: string;
  readonly image: string;
  readonly instanceId: string;
}

/** The engine reads and writes a volume through a container that has it, also one that never runs. */
export async function exportVolume(engine: Engine, target: Volume, limitMs = archiveLimitMs): Promise<Readable> {
  const id = await createHolder(engine, target);
  try {
    const archive = await engine.open(
      async (docker, abortSignal) => docker.getContainer(id).getArchive({ path: mountedAt, abortSignal }),
      AbortSignal.timeout(limitMs),
    );
    archive.once("close", () => void removeHelper(engine, id));
    return archive;
  } catch (error) {
    await removeHelper(engine, id);
    throw error;
  }
}

export async function importVolume(engine: Engine, target: Volume, tar: Readable): Promise<void> {
  const id = await createHolder(engine, target);
  try {
    await engine.call(
      async (docker, abortSignal) => docker.getContainer(id).putArchive(tar, { path: "/mosaic", abortSignal }),
      archiveLimitMs,
    );
    tar.resume();
    await finished(tar, { writable: false }).catch(() => undefined);
  } finally {
    await removeHelper(engine, id);
  }
}

/** Makes the folder of the state the agent's; what is below it stays as it is. Idempotent. */
export async function ownVolume(engine: Engine, target: Volume, uid: number): Promise<void> {
  const tar = pack();
  tar.entry({ name: `${basename(mountedAt)}/`, type: "directory", mode: 0o700, uid, gid: uid, mtime: new Date() });
  tar.finalize();
  await importVolume(engine, target, Readable.from(tar));
}

async function createHolder(engine: Engine, { volume, image, instanceId }: Volume): Promise<string> {
  try {
    const holder = await engine.call(async (docker, abortSignal) =>
      docker.createContainer({
        name: `mosaic-archive-${randomUUID().slice(0, 8)}`,
        Image: image,
        Entrypoint: ["/bin/false"],
        Labels: helperLabels(instanceId),
        HostConfig: { NetworkMode: "none", Mounts: [{ Type: "volume", Source: volume, Target: mountedAt }] },
        abortSignal,
      }),
    );
    return holder.id;
  } catch (error) {
    if (isStatus(error, 404)) {
      throw new RuntimeError(
        "image_missing",
        `The image "${image}" is needed to reach the state of agents. Build it first: npm run images`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}
