import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { archiveState, extractState } from "./state-archive.js";

test("a state is taken whole although its stream ends long after its last byte", async () => {
  const root = await mkdtemp(join(tmpdir(), "mosaic-archive-"));
  try {
    const [from, to] = [join(root, "from"), join(root, "to")];
    await mkdir(join(from, "state"), { recursive: true });
    await mkdir(to);
    await writeFile(join(from, "state/note"), "remember".repeat(100_000));
    const stream = new PassThrough();
    const taken = extractState(to, stream);
    stream.write(await buffer(archiveState(from)));
    await sleep(300);
    stream.end();
    await taken;
    expect(await readFile(join(to, "state/note"), "utf8")).toBe("remember".repeat(100_000));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
