import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { followLog, warningIn } from "./log-tail.mjs";

test.each([
  ['{"level":40,"msg":"the engine is away"}', "warning: the engine is away"],
  ['{"level":"error","msg":"no","err":{"message":"refused"}}', "error: no: refused"],
  ['{"level":60}', "error: see the log"],
  ['{"level":30,"msg":"ordinary"}', undefined],
  ['{"level":"info","msg":"ordinary"}', undefined],
  ['{"msg":"no level"}', undefined],
  ["(node:1) Warning: not JSON", undefined],
  ["null", undefined],
  ["", undefined],
])("of %s is shown: %s", (line, shown) => {
  expect(warningIn(line)).toBe(shown);
});

test("a line that is written in pieces, in the middle of a letter, is shown once and whole", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "mosaic-log-"));
  const file = path.join(folder, "mosaic.log");
  /** @type {string[]} */
  const shown = [];
  const following = followLog(file, (line) => shown.push(line));
  const line = Buffer.from('{"level":40,"msg":"Grüße"}\n');
  appendFileSync(file, '{"level":40,"msg":"first"}\n');
  appendFileSync(file, line.subarray(0, 22));
  await expect.poll(() => shown).toEqual(["warning: first"]);
  appendFileSync(file, line.subarray(22));
  following.stop();
  expect(shown).toEqual(["warning: first", "warning: Grüße"]);
  rmSync(folder, { recursive: true });
});
