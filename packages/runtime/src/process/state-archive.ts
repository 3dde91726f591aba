import { spawn } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import { RuntimeError } from "../agent-runtime.js";

/** The folder `state` below `root`, as a tar. */
export function archiveState(root: string): Readable {
  const child = spawn("tar", ["-C", root, "-cf", "-", "state"], { stdio: ["ignore", "pipe", "ignore"] });
  child.once("error", (error) => child.stdout.destroy(error));
  child.once("exit", (code) => {
    // 1: a file changed while it was read.
    if (code !== 0 && code !== 1) child.stdout.destroy(new RuntimeError("refused", `tar ended with ${code} while it read ${root}.`));
  });
  return child.stdout;
}

export async function extractState(root: string, tar: Readable): Promise<void> {
  // Without `--ignore-zeros` it ends at the mark behind the last file, and who is still to end the stream meets a closed pipe.
  const args = ["-C", root, "-xpf", "-", "--ignore-zeros", "--no-same-owner", "state"];
  const child = spawn("tar", args, { stdio: ["pipe", "ignore", "ignore"] });
  const [[code]] = await Promise.all([once(child, "exit") as Promise<[number | null]>, pipeline(tar, child.stdin)]);
  if (code !== 0) throw new RuntimeError("refused", `tar ended with ${code} while it wrote ${root}.`);
}
