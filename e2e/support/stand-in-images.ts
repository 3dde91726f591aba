import { execFile } from "node:child_process";
import { copyFile, glob, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** An image that looks from outside like that of a kind of agent, with a fake of `@mosaic/testing` in it. */
export interface StandIn {
  readonly kind: string;
  readonly image: string;
  /** What its Dockerfile copies, from the root of the repository. */
  readonly files: readonly string[];
}

/** Its engine keeps what did not change: the second time takes a moment. */
export async function buildStandIn({ kind, image, files }: StandIn): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "mosaic-stand-in-"));
  try {
    for (const pattern of files) {
      for await (const file of glob(pattern, { cwd: repository })) {
        await copyFile(join(repository, file), join(context, basename(file)));
      }
    }
    const dockerfile = join(repository, "docker/stand-ins", kind, "Dockerfile");
    await run("docker", ["build", "--rm", "--force-rm", "--tag", image, "--file", dockerfile, context], {
      env: { ...process.env, DOCKER_BUILDKIT: process.env["DOCKER_BUILDKIT"] ?? "0" },
      maxBuffer: 64 * 1024 * 1024,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
