import { readdir, readFile } from "node:fs/promises";

/** A process for good: the number alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Counted in ticks since the machine was started, so the start of the machine is a part of it. */
  readonly startTime: string;
}

/** The kernel counts a process' time in hundredths of a second for all that read it. */
const msPerTick = 10;

/** `null` if there is no such process, or only what is left of it until its parent looks. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const stat = await readStat(pid);
  if (stat === null || stat.state === "Z" || stat.state === "X") return null;
  const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return { pid, startTime: `${bootId.trim()}:${stat.startTicks}` };
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  return (await identityOf(process.pid)) ?? { pid: process.pid, startTime: "unknown" };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identityOf(identity.pid))?.startTime === identity.startTime;
}

/** The members of a process group that carry `mark` in their environment: whose leader is gone can't be known otherwise. */
export async function groupMembers(groupId: number, mark: string): Promise<number[]> {
  const members: number[] = [];
  for (const { pid } of await groupStats(groupId)) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.includes(mark)) members.push(pid);
  }
  return members;
}

/** What all members of a process group have used of the processors, in milliseconds. */
export async function groupCpuTimeMs(groupId: number): Promise<number> {
  const stats = await groupStats(groupId);
  return stats.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) * msPerTick;
}

interface ProcessStat {
  readonly pid: number;
  readonly state: string;
  readonly groupId: number;
  readonly startTicks: string;
  readonly cpuTicks: number;
}

async function groupStats(groupId: number): Promise<ProcessStat[]> {
  const pids = (await readdir("/proc").catch(() => [])).map(Number).filter((pid) => pid > 1);
  const stats = await Promise.all(pids.map(readStat));
  return stats.filter((stat) => stat !== null).filter((stat) => stat.groupId === groupId);
}

async function readStat(pid: number): Promise<ProcessStat | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  // The second field is the program's name in parentheses and may hold anything, parentheses and blanks too.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const cpuTicks = Number(fields[11]) + Number(fields[12]);
  return { pid, state: fields[0] ?? "", groupId: Number(fields[2]), startTicks: fields[19] ?? "", cpuTicks };
}
