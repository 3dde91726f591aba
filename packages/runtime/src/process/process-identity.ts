import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** A process for good: the number alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** The kernel counts a process' time in hundredths of a second for all that read it. */
const msPerTick = 10;

const run = promisify(execFile);

/** `null` if there is no such process, or only what is left of it until its parent looks. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const startTime = process.platform === "linux" ? await linuxStartTime(pid) : await posixStartTime(pid);
  return startTime === null ? null : { pid, startTime };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identityOf(identity.pid))?.startTime === identity.startTime;
}

/** The members of a process group that carry `mark` in their environment: whose leader is gone can't be known otherwise. Linux only. */
export async function groupMembers(groupId: number, mark: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).map(Number).filter((pid) => Number.isInteger(pid) && pid > 1);
  const members: number[] = [];
  for (const pid of pids) {
    const stat = await readStat(pid);
    if (stat?.groupId !== groupId) continue;
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.includes(mark)) members.push(pid);
  }
  return members;
}

/** What all members of a process group have used of the processors, in milliseconds; `null` where the machine does not tell. Linux only. */
export async function groupCpuTimeMs(groupId: number): Promise<number | null> {
  if (process.platform !== "linux") return null;
  const pids = (await readdir("/proc")).map(Number).filter((pid) => Number.isInteger(pid) && pid > 1);
  const stats = await Promise.all(pids.map(readStat));
  const ticks = stats.map((stat) => (stat?.groupId === groupId ? stat.cpuTicks : 0));
  return ticks.reduce((sum, count) => sum + count, 0) * msPerTick;
}

/** Counted in ticks since the machine was started, so the start of the machine is a part of it. */
async function linuxStartTime(pid: number): Promise<string | null> {
  const stat = await readStat(pid);
  if (stat === null || stat.state === "Z" || stat.state === "X") return null;
  const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return `${bootId.trim()}:${stat.startTicks}`;
}

interface ProcessStat {
  readonly state: string;
  readonly groupId: number;
  readonly startTicks: string;
  readonly cpuTicks: number;
}

async function readStat(pid: number): Promise<ProcessStat | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  // The second field is the program's name in parentheses and may hold anything, parentheses and blanks too.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const cpuTicks = Number(fields[11]) + Number(fields[12]);
  return { state: fields[0] ?? "", groupId: Number(fields[2]), startTicks: fields[19] ?? "", cpuTicks };
}

async function posixStartTime(pid: number): Promise<string | null> {
  try {
    const { stdout } = await run("ps", ["-o", "state=,lstart=", "-p", String(pid)], {
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
    });
    const [state = "", ...startTime] = stdout.trim().split(/\s+/);
    return state === "" || state.startsWith("Z") ? null : startTime.join(" ");
  } catch {
    return null;
  }
}
