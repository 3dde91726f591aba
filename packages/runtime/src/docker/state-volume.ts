import { setTimeout as sleep } from "node:timers/promises";
import { RuntimeError } from "../agent-runtime.js";
import { AGENT_LABEL, INSTANCE_LABEL } from "./container-options.js";
import type { Engine } from "./engine.js";
import { isStatus } from "./engine-errors.js";

const IN_USE_LIMIT_MS = 65_000;
const IN_USE_RETRY_MS = 250;

interface StateVolume {
  readonly name: string;
  readonly instanceId: string;
  readonly agentId: string;
}

/** Idempotent. The engine hands out an existing volume with its old labels, so whose it is must be read. */
export async function createStateVolume(engine: Engine, { name, instanceId, agentId }: StateVolume): Promise<void> {
  const Labels = { [INSTANCE_LABEL]: instanceId, [AGENT_LABEL]: agentId };
  await engine.call((docker) => docker.createVolume({ Name: name, Labels }));
  const owner = await stateVolumeOwner(engine, name);
  if (owner !== instanceId) throw foreignVolume(name);
}

/** Idempotent. */
export async function removeStateVolume(engine: Engine, name: string, instanceId: string): Promise<void> {
  const owner = await stateVolumeOwner(engine, name);
  if (owner === null) return;
  if (owner !== instanceId) throw foreignVolume(name);
  const deadline = performance.now() + IN_USE_LIMIT_MS;
  for (;;) {
    try {
      await engine.call((docker) => docker.getVolume(name).remove({}));
      return;
    } catch (error) {
      if (isStatus(error, 404)) return;
      if (!isStatus(error, 409)) throw error;
      // It may be measured just now.
      if (performance.now() < deadline) {
        await sleep(IN_USE_RETRY_MS);
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
    return volume.Labels?.[INSTANCE_LABEL] ?? "";
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
