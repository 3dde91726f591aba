import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { followLog, warningIn } from "./log-tail.mjs";

test.each([
  ['{"level":40,"message":"the engine is away"}', "warning: the engine is away"],
  ['{"level":50,"message":"no","error":{"name":"Error","code":"ECONNREFUSED"}}', "error: no (Error, ECONNREFUSED)"],
  ['{"level":50,"message":"no","error":{}}', "error: no"],
  ['{"level":60}', "error: see the log"],
  ['{"level":30,"message":"ordinary"}', undefined],
  ['{"message":"no level"}', undefined],
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
  const line = Buffer.from('{"level":40,"message":"Grüße"}\n');
  appendFileSync(file, '{"level":40,"message":"first"}\n');
  appendFileSync(file, line.subarray(0, 26));
  await expect.poll(() => shown).toEqual(["warning: first"]);
  appendFileSync(file, line.subarray(26));
  following.stop();
  expect(shown).toEqual(["warning: first", "warning: Grüße"]);
  rmSync(folder, { recursive: true });
});
