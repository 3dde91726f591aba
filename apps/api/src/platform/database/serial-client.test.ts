import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { oneAtATime } from "./serial-client.js";

/** What is asked answers in the next turns of the event loop, and more than one at a time is told. */
function answering(): { ask: (...given: unknown[]) => unknown; begun: unknown[]; most: () => number } {
  const begun: unknown[] = [];
  let [running, most] = [0, 0];
  const run = async (text: unknown): Promise<unknown> => {
    running += 1;
    most = Math.max(most, running);
    begun.push(text);
    await sleep(1);
    running -= 1;
    if (text === "wrong") {
      throw new Error("no such thing");
    }
    return `answer to ${String(text)}`;
  };
  const ask = (text: unknown, ...rest: unknown[]): unknown => {
    const tell = rest.at(-1);
    const answer = run(text);
    if (typeof tell !== "function") {
      return answer;
    }
    void answer.then(
      (result) => (tell as (...outcome: unknown[]) => void)(undefined, result),
      (error: unknown) => (tell as (...outcome: unknown[]) => void)(error),
    );
    return undefined;
  };
  return { ask, begun, most: () => most };
}

test("what is asked at the same time is asked one after the other, both ways of asking, and a fault stops nobody else", async () => {
  const { ask, begun, most } = answering();
  const query = oneAtATime(ask);
  const called = new Promise((resolve) => query("b", ["value"], (...outcome: unknown[]) => resolve(outcome)));
  const [a, wrong, c] = await Promise.allSettled([query("a"), query("wrong"), query("c")]);
  expect([a, c]).toMatchObject([{ value: "answer to a" }, { value: "answer to c" }]);
  expect(wrong).toMatchObject({ reason: new Error("no such thing") });
  expect(await called).toEqual([undefined, "answer to b"]);
  expect(begun).toEqual(["b", "a", "wrong", "c"]);
  expect(most()).toBe(1);
});

test("one that nobody is before is asked at once, also after a fault", async () => {
  const { ask, begun } = answering();
  const query = oneAtATime(ask);
  const first = query("wrong");
  expect(begun).toEqual(["wrong"]);
  await expect(first).rejects.toThrow("no such thing");
  await sleep(0);
  const next = query("next");
  expect(begun).toEqual(["wrong", "next"]);
  await next;
});
