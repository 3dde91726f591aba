import { setTimeout as sleep } from "node:timers/promises";
import { RuntimeError } from "../agent-runtime.js";
import { agentLabel, instanceLabel } from "./container-options.js";
import type { Engine } from "./engine.js";
import { isStatus } from "./engine-errors.js";

const inUseLimitMs = 65_000;
const inUseRetryMs = 250;

interface StateVolume {
  readonly name: string;
  readonly instanceId: string;
  readonly agentId: string;
}

/** Idempotent. The engine hands out an existing volume with its old labels, so whose it is must be read. */
export async function createStateVolume(engine: Engine, { name, instanceId, agentId }: StateVolume): Promise<void> {
  const Labels = { [instanceLabel]: instanceId, [agentLabel]: agentId };
  await engine.call((docker) => docker.createVolume({ Name: name, Labels }));
  const owner = await stateVolumeOwner(engine, name);
  if (owner !== instanceId) throw foreignVolume(name);
}

/** Idempotent. */
export async function removeStateVolume(engine: Engine, name: string, instanceId: string): Promise<void> {
  const owner = await stateVolumeOwner(engine, name);
  if (owner === null) return;
  if (owner !== instanceId) throw foreignVolume(name);
  const deadline = performance.now() + inUseLimitMs;
  for (;;) {
    try {
      await engine.call((docker) => docker.getVolume(name).remove({}));
      return;
    } catch (error) {
      if (isStatus(error, 404)) return;
      if (!isStatus(error, 409)) throw error;
      // It may be measured just now.
      if (performance.now() < deadline) {
        await sleep(inUseRetryMs);
        continue;
      }
      throw new RuntimeError("refused", "The agent's container still exists: remove it before its state.", { cause: error });
    }
  }
}

/** The installation that a volume belongs to; empty if none, `null` if there is no such volume. */
export async function stateVolumeOwner(engine: Engine, name: string): Promise<string | null> {
  try {
    const volume = await engine.call((docker) => docker.getVolume(name).inspect());
    return volume.Labels?.[instanceLabel] ?? "";
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

function foreignVolume(name: string): RuntimeError {
  return new RuntimeError(
    "name_taken",
    `There is a volume "${name}" that is not this installation's. Rename or remove it, then try again.`,
  );
}
