import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { readDu } from "../disk-use.js";

const run = promisify(execFile);
const limitMs = 60_000;

/** In a process of its own and with low priority: a folder of millions of files must not slow down anybody. `null` if it can't be measured. */
export async function measureFolder(folder: string): Promise<number | null> {
  const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C" };
  const measuring = run("nice", ["-n", "19", "du", "-skx", folder], { timeout: limitMs, killSignal: "SIGKILL", env });
  // What was deleted in the meantime makes du complain and go on.
  const { stdout } = await measuring.catch((error: { stdout: string }) => error);
  return readDu(stdout).get(folder) ?? null;
}
