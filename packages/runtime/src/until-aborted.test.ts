import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { untilAborted } from "./until-aborted.js";

const never = new Promise<never>(() => undefined);

test("what ends first decides, and nothing keeps on listening", async () => {
  const giveUp = new AbortController();
  expect(await untilAborted(Promise.resolve("done"), giveUp.signal)).toBe("done");
  const waiting = untilAborted(never, giveUp.signal);
  const reason = new Error("enough");
  giveUp.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(getEventListeners(giveUp.signal, "abort")).toEqual([]);
});

test("a signal that was aborted before is heard too", async () => {
  const reason = new Error("before");
  await expect(untilAborted(never, AbortSignal.abort(reason))).rejects.toBe(reason);
});
