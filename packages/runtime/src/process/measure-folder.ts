import { execFile } from "node:child_process";
import { readDu } from "../disk-use.js";

const limitMs = 60_000;

/** In a process of its own and with low priority: a folder of millions of files must not slow down anybody. `null` if it can't be measured. */
export async function measureFolder(folder: string): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<string>();
  // What was deleted in the meantime makes du complain and go on.
  execFile(
    "nice",
    ["-n", "19", "du", "-skx", folder],
    { timeout: limitMs, killSignal: "SIGKILL", env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" } },
    (_error, out) => resolve(out),
  );
  return readDu(await promise).get(folder) ?? null;
}
