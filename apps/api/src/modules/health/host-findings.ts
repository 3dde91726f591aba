import { statfs } from "node:fs/promises";
import { resolve } from "node:path";
import { formatMemory } from "@mosaic/contracts/memory-size";
import type { HealthCheck } from "@mosaic/contracts/health";
import { lowDiskWords, sizeWords, type DiskRoom } from "@mosaic/contracts/disk-words";
import type { OidcSettings } from "@mosaic/contracts/oidc";

import { memoryFinding } from "../backends/backend-memory.types.js";

/** What was found, and what to do when it is not ok. */
export type Look = Pick<HealthCheck, "state" | "detail">;

const gibibyte = 1024 ** 3;
const maxSkewMs = 5_000;

export const ok = (detail: string): Look => ({ state: "ok", detail });
export const warning = (detail: string): Look => ({ state: "warning", detail });
export const failing = (detail: string): Look => ({ state: "failing", detail });

/** Both in milliseconds since 1970, read at the same moment. */
export function clockFinding(databaseMs: number, ownMs: number): Look {
  const skewMs = Math.abs(databaseMs - ownMs);
  return skewMs > maxSkewMs
    ? failing(
        `This machine's clock and the database's differ by ${Math.round(skewMs / 1000)} s: sessions and single sign-on go wrong. Set both by NTP.`,
      )
    : ok(`This machine and the database agree within ${Math.max(1, Math.round(skewMs))} ms.`);
}

/** Rejects when the disk can't be asked. */
export async function diskFinding(stateDir: string): Promise<Look> {
  const folder = resolve(stateDir);
  const stats = await statfs(folder).catch(() => statfs("."));
  const free = stats.bavail * stats.bsize;
  const words = `${(free / gibibyte).toFixed(1)} GB are free where ${folder} is.`;
  if (free < gibibyte / 2) {
    return failing(`${words} Free up space: agents and the database stop when the disk is full.`);
  }
  return free < 5 * gibibyte ? warning(`${words} An agent's image alone needs about 1 GB.`) : ok(words);
}

export function isolationFinding(isIsolated: boolean): Look {
  return isIsolated
    ? ok(
        "Each agent is in a container of its own, walled off from the others. They reach the network, also your own: keep other services of this machine behind a password or a firewall.",
      )
    : warning(
        "Agents run as processes of this machine, and nothing separates them from it. Use Docker for anything but trying Mosaic out.",
      );
}

/** What the stored limits of memory mean for the agents. Nothing enforces them on plain processes. */
export function memoryLook(isIsolated: boolean, backends: readonly { readonly id: string; readonly memoryLimitBytes: number }[]): Look {
  if (!isIsolated) {
    return ok("Agents that run as plain processes have no limit of memory.");
  }
  const findings = backends.flatMap(({ id, memoryLimitBytes }) => memoryFinding(id, memoryLimitBytes) ?? []);
  if (findings.length === 0) {
    return ok(backends.map(({ id, memoryLimitBytes }) => `Each agent of ${id} may use ${formatMemory(memoryLimitBytes)}.`).join(" "));
  }
  const words = `${findings.map((finding) => finding.words).join(" ")} Change it under Admin → Backends.`;
  return findings.some(({ isTooLittle }) => isTooLittle) ? failing(words) : warning(words);
}

/** `faults`: each stored setting that can't be read, in words. */
export function settingsFinding(faults: readonly string[]): Look {
  return faults.length === 0 ? ok("Every stored setting can be read.") : failing(faults.join(" "));
}

export function signInFinding(isOn: boolean, untold: OidcSettings["rolesNotTold"]): Look {
  if (!isOn || untold === null) {
    return ok(isOn ? "People can sign in with it." : "It is off: people sign in with a password.");
  }
  const people = untold.people === 1 ? "one person" : `${untold.people} people`;
  const kept = `In the last ${untold.days} days the sign-in server did not send ${untold.claim} of ${people}: they kept the role they had.`;
  return warning(
    untold.why === "too_many_groups"
      ? `${kept} They are in too many groups to be named. Use app roles (the claim roles), or let the server name only the groups that Mosaic's rules read.`
      : `${kept} Its userinfo endpoint failed: its own log says why. Or let it put ${untold.claim} into the ID token.`,
  );
}

/** What agents keep on the disk, and whether it has room for them. `space` is `null` where it can't be told. */
export function agentFilesFinding(space: DiskRoom | null, { near, above }: { near: number; above: number }): Look {
  const low = space === null ? null : lowDiskWords(space);
  if (low !== null) {
    return failing(low);
  }
  const free =
    space === null
      ? "Mosaic can't see from here how much space is free on the agents' disk."
      : `${sizeWords(space.freeBytes)} are free on the agents' disk.`;
  const words = free;
  const crowded = [above === 0 ? "" : `${agents(above)} above the limit`, near === 0 ? "" : `${agents(near)} above 80 % of it`].filter(
    (part) => part !== "",
  );
  return crowded.length === 0
    ? ok(words)
    : warning(`${words} ${crowded.join(", ")}: see Admin → Containers, and raise the limit under Admin → Backends if that is intended.`);
}

function agents(count: number): string {
  return count === 1 ? "1 agent is" : `${count} agents are`;
}
