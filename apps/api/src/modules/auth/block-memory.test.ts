import { expect, test } from "vitest";
import { BlockMemory } from "./block-memory.js";

const block = (untilMs: number): { subject: string; untilMs: number; words: string } => ({ subject: "s", untilMs, words: "wait" });

test("a block is remembered until it ends", () => {
  const memory = new BlockMemory();
  memory.remember("s", block(3_000), 0);
  expect(memory.find("s", 2_999)).toEqual(block(3_000));
  expect(memory.find("s", 3_000)).toBeNull();
  expect(memory.find("s", 0)).toBeNull();
});

test("a long block is asked for again: another process may have lifted it", () => {
  const memory = new BlockMemory();
  memory.remember("s", block(900_000), 0);
  expect(memory.find("s", 4_999)).not.toBeNull();
  expect(memory.find("s", 5_000)).toBeNull();
});

test("what was forgiven is forgotten", () => {
  const memory = new BlockMemory();
  memory.remember("s", block(900_000), 0);
  memory.forget("s");
  expect(memory.find("s", 0)).toBeNull();
});

test("it holds ten thousand, however many are tried", () => {
  const memory = new BlockMemory();
  for (let index = 0; index <= 10_000; index += 1) {
    memory.remember(`s${index}`, block(900_000), 0);
  }
  expect([memory.find("s0", 0), memory.find("s1", 0)?.untilMs, memory.find("s10000", 0)?.untilMs]).toEqual([null, 900_000, 900_000]);
});
