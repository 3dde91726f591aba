import { expect, onTestFinished, test, vi } from "vitest";
import { LeastPace } from "./least-pace.js";

const limits = { bytesPerSecond: 1_000, graceMs: 30_000, checkEveryMs: 15_000 };

function watched(): { pace: LeastPace; told: () => number } {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  let count = 0;
  const pace = new LeastPace(limits, () => (count += 1));
  onTestFinished(() => pace.end());
  return { pace, told: () => count };
}

test("a side that moves a byte now and then is too slow after its time of grace, and told once", () => {
  const { pace, told } = watched();
  for (let second = 0; second < 44; second += 1) {
    pace.wait();
    vi.advanceTimersByTime(1_000);
    pace.moved(1);
  }
  expect(told()).toBe(0);
  pace.wait();
  vi.advanceTimersByTime(60_000);
  expect(told()).toBe(1);
});

test("one that keeps the pace is not, nor one that is not waited for", () => {
  const { pace, told } = watched();
  for (let second = 0; second < 120; second += 1) {
    pace.wait();
    vi.advanceTimersByTime(1_000);
    pace.moved(1_100);
  }
  vi.advanceTimersByTime(600_000);
  expect(told()).toBe(0);
});
