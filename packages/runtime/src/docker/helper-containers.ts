import type { ContainerInfo } from "dockerode";
import { agentLabel, instanceLabel } from "./container-options.js";
import type { Engine } from "./engine.js";

/** No helper works longer than the largest archive takes. One that is older was left by a process that was killed. */
export const longestHelpLimitMs = 65 * 60_000;

/** A container that reads or writes volumes for a moment: ours, and no agent's. */
export function helperLabels(instanceId: string): Record<string, string> {
  return { [instanceLabel]: instanceId };
}

export function isHelper({ Labels }: ContainerInfo): boolean {
  return Labels[agentLabel] === undefined;
}

/** Removes what was left behind; a helper at work, also of another process, stays. Never rejects: the next look finds it again. */
export async function removeLeftHelpers(engine: Engine, listed: readonly ContainerInfo[], longestHelpMs: number): Promise<void> {
  const helpers = listed.filter(isHelper);
  if (helpers.length === 0) return;
  const nowMs = await clockOf(engine);
  const left = helpers.filter(({ Created }) => nowMs - Created * 1000 >= longestHelpMs);
  await Promise.all(left.map(async ({ Id }) => removeHelper(engine, Id)));
}

/** The engine dates what it makes by its own clock, which may be another machine's. `NaN` where it does not tell: nothing is old then. */
async function clockOf(engine: Engine): Promise<number> {
  const info: unknown = await engine.call(async (docker) => docker.info()).catch(() => null);
  const told = typeof info === "object" && info !== null && "SystemTime" in info ? info.SystemTime : null;
  return typeof told === "string" ? Date.parse(told) : NaN;
}

export async function removeHelper(engine: Engine, id: string): Promise<void> {
  await engine.call(async (docker) => docker.getContainer(id).remove({ force: true })).catch(() => undefined);
}
