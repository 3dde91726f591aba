import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import path from "node:path";

/**
 * @param {number} pid
 * @returns {boolean}
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  // A zombie answers to signal 0, but holds nothing any more.
  return procStat(pid)?.state !== "Z";
}

/**
 * A token that differs between two processes that had the same pid one after the other.
 *
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process
 */
export function startTimeOf(pid) {
  if (process.platform === "linux") {
    const stat = procStat(pid);
    return stat && stat.state !== "Z" ? `${bootId()}:${stat.startTime}` : undefined;
  }
  return ps(pid, "lstart=");
}

/**
 * @param {number} pid
 * @returns {string | undefined}
 */
export function commandLineOf(pid) {
  if (process.platform !== "linux") return ps(pid, "command=");
  const raw = readIfThere(`/proc/${pid}/cmdline`);
  return raw === undefined ? undefined : raw.replaceAll("\0", " ").trim();
}

/**
 * The npm (or pnpm, yarn) that started this process: it may be the parent, or a shell may stand between.
 *
 * @returns {{ pid: number, startTime: string } | undefined}
 */
export function findPackageManagerAncestor() {
  if (process.platform !== "linux") return undefined;
  let pid = process.ppid;
  for (let depth = 0; depth < 3 && pid > 1; depth += 1) {
    const startTime = startTimeOf(pid);
    if (startTime === undefined) return undefined;
    if (/(^|[/\s])(npm|pnpm|yarn)(-cli\.js|\.cjs|\.js)?(\s|$)/.test(commandLineOf(pid) ?? "")) return { pid, startTime };
    pid = procStat(pid)?.parent ?? 0;
  }
  return undefined;
}

/**
 * @param {string} program
 * @param {string} [searchPath]
 * @returns {string | undefined} the program's full path
 */
export function findProgram(program, searchPath = process.env["PATH"] ?? "") {
  const folders = [...searchPath.split(path.delimiter), "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
  for (const folder of folders) {
    if (folder === "") continue;
    const file = path.join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * Wraps a command so that the kernel sends it a signal when this process dies, however it dies.
 * Where there is no setpriv the command is returned as it is.
 *
 * @param {readonly string[]} command
 * @param {'INT' | 'TERM' | 'KILL'} signal
 * @returns {string[]}
 */
export function dyingWithParent(command, signal) {
  const setpriv = process.platform === "linux" ? findProgram("setpriv") : undefined;
  return setpriv === undefined ? [...command] : [setpriv, "--pdeathsig", signal, "--", ...command];
}

/**
 * @param {number} pid
 * @returns {{ state: string, parent: number, startTime: string } | undefined}
 */
function procStat(pid) {
  const raw = readIfThere(`/proc/${pid}/stat`);
  if (raw === undefined) return undefined;
  // The second field is the program's name in brackets, and may itself hold blanks and brackets.
  const fields = raw.slice(raw.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", parent: Number(fields[1]), startTime: fields[19] ?? "" };
}

/** Start times are counted from boot: without the boot's id, a pid could come back after one with the same count. */
function bootId() {
  return (readIfThere("/proc/sys/kernel/random/boot_id") ?? "").trim();
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @param {string} field
 * @returns {string | undefined}
 */
function ps(pid, field) {
  try {
    return (
      execFileSync("ps", ["-p", String(pid), "-o", field], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim() || undefined
    );
  } catch {
    return undefined;
  }
}
