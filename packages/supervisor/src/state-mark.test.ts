import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readStateMark } from "./state-mark.js";

const memory = "agents/main/memory.sqlite";
let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "mosaic-mark-"));
});
afterEach(async () => rm(stateDir, { recursive: true, force: true }));

test("an empty volume gets a mark, and keeps it", async () => {
  const first = await readStateMark(stateDir, memory);
  expect(first).toMatchObject({ isNew: true, isEmpty: true });
  expect(await readStateMark(stateDir, memory)).toEqual({ mark: first.mark, isNew: false, isEmpty: true });
});

test("a volume with memory and without a mark is told from an empty one", async () => {
  await mkdir(join(stateDir, "agents/main"), { recursive: true });
  await writeFile(join(stateDir, memory), "");
  expect(await readStateMark(stateDir, memory)).toMatchObject({ isNew: true, isEmpty: false });
});

test("what an agent wrote in the place of the mark is replaced", async () => {
  await writeFile(join(stateDir, ".mosaic-state"), "x".repeat(10_000));
  expect(await readStateMark(stateDir, memory)).toMatchObject({ isNew: true });
  expect(await readStateMark(stateDir, memory)).toMatchObject({ isNew: false });
});
