import { expect, it, vi } from "vitest";
import { SharedTasks } from "./shared-task.js";

const never = new AbortController().signal;

it("does the work once for all who ask, and tells each how far it is", async () => {
  const tasks = new SharedTasks<number>();
  const done = Promise.withResolvers<void>();
  const work = vi.fn<(report: (progress: number) => void) => Promise<void>>(async (report) => {
    report(1);
    await done.promise;
    report(2);
  });
  const [first, second]: [number[], number[]] = [[], []];
  const running = tasks.run("key", work, (progress) => first.push(progress), never);
  await vi.waitFor(() => expect(first).toEqual([1]));
  const joined = tasks.run("key", work, (progress) => second.push(progress), never);
  done.resolve();
  await Promise.all([running, joined]);
  expect(work).toHaveBeenCalledTimes(1);
  expect([first, second]).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

it("goes on when one gives up and ends when the last one does", async () => {
  const tasks = new SharedTasks<number>();
  let ending: AbortSignal | undefined;
  const work = (_: unknown, signal: AbortSignal) => {
    ending = signal;
    return new Promise<void>(() => undefined);
  };
  const [first, second] = [new AbortController(), new AbortController()];
  const running = [first, second].map((controller) => tasks.run("key", work, () => undefined, controller.signal));
  const reason = new Error("enough");
  first.abort(reason);
  await expect(running[0]).rejects.toBe(reason);
  expect(ending?.aborted).toBe(false);
  second.abort(reason);
  await expect(running[1]).rejects.toBe(reason);
  expect(ending?.aborted).toBe(true);
});

it("begins anew after a failure", async () => {
  const tasks = new SharedTasks<number>();
  const work = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error("once")).mockResolvedValueOnce(undefined);
  await expect(tasks.run("key", work, () => undefined, never)).rejects.toThrow("once");
  await tasks.run("key", work, () => undefined, never);
  expect(work).toHaveBeenCalledTimes(2);
});
