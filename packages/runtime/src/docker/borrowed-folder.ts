import { setTimeout as sleep } from "node:timers/promises";
import { RuntimeError } from "../agent-runtime.js";
import type { BorrowedFolder } from "../workload-spec.js";
import { instanceLabel } from "./container-options.js";
import type { Engine } from "./engine.js";
import { isStatus } from "./engine-errors.js";
import { helperLabels, removeHelper } from "./helper-containers.js";

/** For the engine's copy of a hundred megabytes on a slow disk. */
const copyLimitMs = 5 * 60_000;
const retryMs = 100;
/** One that stands for longer was left by a process that was killed. */
const copierLimitMs = 60_000;

interface Lender {
  readonly instanceId: string;
  readonly folder: BorrowedFolder;
}

/**
 * The volume that has another image's folder in it, for containers to mount. Idempotent; several processes may ask at once. The engine copies an
 * image's folder into an empty volume when it creates a container that mounts it there. Only one container can have the copier's name, so nobody
 * copies twice, and a second volume, which is made last, says that all was copied: an engine that dies in the middle leaves none.
 * Throws `image_missing`.
 */
export async function lendFolder(engine: Engine, { instanceId, folder }: Lender): Promise<string> {
  const imageId = await imageIdOf(engine, folder.image.name);
  const volume = `mosaic-${instanceId.slice(0, 8)}-lent-${imageId.slice(0, 12)}`;
  const proof = `${volume}-whole`;
  const copier = `${volume}-copier`;
  let copierSince = performance.now();
  while (!(await hasVolume(engine, proof))) {
    const id = await createCopier(engine, { copier, volume, instanceId, folder });
    if (id !== null) {
      await removeHelper(engine, id);
      await engine.call(async (docker) => docker.createVolume({ Name: proof, Labels: { [instanceLabel]: instanceId } }));
      await removeFormer(engine, instanceId, volume);
      return volume;
    }
    if (performance.now() - copierSince > copierLimitMs) {
      await removeHelper(engine, copier);
      copierSince = performance.now();
    }
    await sleep(retryMs);
  }
  return volume;
}

async function imageIdOf(engine: Engine, name: string): Promise<string> {
  try {
    const { Id } = await engine.call(async (docker) => docker.getImage(name).inspect());
    return Id.replace(/^sha256:/, "");
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
    throw new RuntimeError("image_missing", `The image "${name}" is not on this machine (any more).`, { cause: error });
  }
}

async function hasVolume(engine: Engine, name: string): Promise<boolean> {
  try {
    await engine.call(async (docker) => docker.getVolume(name).inspect());
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

/** `null` while another one copies. */
async function createCopier(
  engine: Engine,
  { copier, volume, instanceId, folder }: Lender & { copier: string; volume: string },
): Promise<string | null> {
  try {
    const { id } = await engine.call(
      async (docker, abortSignal) =>
        docker.createContainer({
          name: copier,
          Image: folder.image.name,
          Entrypoint: ["/bin/false"],
          Labels: helperLabels(instanceId),
          HostConfig: {
            NetworkMode: "none",
            Mounts: [
              {
                Type: "volume",
                Source: volume,
                Target: folder.path,
                VolumeOptions: { NoCopy: false, Labels: { [instanceLabel]: instanceId }, DriverConfig: { Name: "local", Options: {} } },
              },
            ],
          },
          abortSignal,
        }),
      copyLimitMs,
    );
    return id;
  } catch (error) {
    if (isStatus(error, 409)) return null;
    throw error;
  }
}

/** Of other releases. What a container still mounts stays until the next time. */
async function removeFormer(engine: Engine, instanceId: string, present: string): Promise<void> {
  const filters = { label: [`${instanceLabel}=${instanceId}`], name: ["-lent-"] };
  const { Volumes } = await engine.call(async (docker) => docker.listVolumes({ filters: JSON.stringify(filters) }));
  // The proofs first: without one, a volume is copied again.
  const former = (Volumes ?? []).map(({ Name }) => Name).filter((name) => !name.startsWith(present));
  for (const volume of former.filter((name) => !name.endsWith("-whole"))) {
    const isGone = await engine
      .call(async (docker) => docker.getVolume(volume).remove({}))
      .then(
        () => true,
        (error: unknown) => isStatus(error, 404),
      );
    if (isGone) await engine.call(async (docker) => docker.getVolume(`${volume}-whole`).remove({})).catch(() => undefined);
  }
}
