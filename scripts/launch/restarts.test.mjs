import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { readEndOfLog, Restarts } from "./restarts.mjs";

const minuteMs = 60_000;

test("what ends again and again is started a bounded number of times, ever later", () => {
  const restarts = new Restarts();
  const delays = [0, 1, 2, 3, 4, 5].map((minute) => restarts.next(minute * minuteMs));
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, undefined]);
  expect([restarts.count, restarts.most]).toEqual([5, 5]);
});

test("what ran well for ten minutes begins anew", () => {
  const restarts = new Restarts([10, 20]);
  expect([restarts.next(0), restarts.next(minuteMs), restarts.next(2 * minuteMs)]).toEqual([10, 20, undefined]);
  expect(restarts.next(12 * minuteMs)).toBe(10);
});

test("a full disk is read off the end of a log, after what was read before", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "mosaic-restarts-"));
  const log = path.join(folder, "postgres.log");
  const full = 'PANIC:  could not write to file "pg_wal/xlogtemp.31": No space left on device\n';
  expect(readEndOfLog(log)).toEqual({ isOfFullDisk: false, size: 0 });
  writeFileSync(log, full);
  expect(readEndOfLog(log)).toEqual({ isOfFullDisk: true, size: full.length });
  expect(readEndOfLog(log, full.length).isOfFullDisk).toBe(false);
  writeFileSync(log, `${full}${"LOG:  ready\n".repeat(10_000)}`);
  expect(readEndOfLog(log).isOfFullDisk).toBe(false);
  rmSync(folder, { recursive: true });
});

test("memory that Postgres can't share is not a full disk", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "mosaic-restarts-"));
  const log = path.join(folder, "postgres.log");
  writeFileSync(log, 'ERROR:  could not resize shared memory segment "/PostgreSQL.1" to 8 bytes: No space left on device\nLOG:  ready\n');
  expect(readEndOfLog(log).isOfFullDisk).toBe(false);
  rmSync(folder, { recursive: true });
});
