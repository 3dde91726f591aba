import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { highlightQueue, type HighlightAnswer, type HighlightRequest, type HighlightWorker } from "@/components/markdown/highlight";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const limitMs = 1_000;

/** Workers that note what they are asked and answer when the test says so. */
const workers = () => {
  const made: { asked: HighlightRequest[]; isEnded: boolean; worker: HighlightWorker }[] = [];
  const make = (): HighlightWorker => {
    const entry = { asked: [] as HighlightRequest[], isEnded: false };
    const worker: HighlightWorker = {
      postMessage: (request: HighlightRequest) => entry.asked.push(request),
      terminate: () => (entry.isEnded = true),
      onmessage: null,
      onerror: null,
    };
    made.push(Object.assign(entry, { worker }));
    return worker;
  };
  const answer = (place: number, data: HighlightAnswer): void => {
    made[place]?.worker.onmessage?.call(made[place].worker as Worker, new MessageEvent("message", { data }));
  };
  return { made, make, answer };
};

const lines = [[["a", "#000", "#fff"]]] as const;

test("blocks are coloured one after the other, by one worker", async () => {
  const { made, make, answer } = workers();
  const queue = highlightQueue(make, limitMs);
  const both = Promise.all([queue("a", "ts"), queue("b", "ts")]);
  expect(made.map(({ asked }) => asked.map(({ code }) => code))).toEqual([["a"]]);
  answer(0, { id: 1, lines });
  answer(0, { id: 2, lines: null });
  expect(await both).toEqual([lines, null]);
  expect(made).toHaveLength(1);
});

test("what takes too long stays plain and ends its worker; the next block gets a new one", async () => {
  const { made, make, answer } = workers();
  const queue = highlightQueue(make, limitMs);
  const both = Promise.all([queue("forever", "ts"), queue("b", "ts")]);
  vi.advanceTimersByTime(limitMs);
  expect(made[0]?.isEnded).toBe(true);
  answer(0, { id: 1, lines });
  answer(1, { id: 2, lines });
  expect(await both).toEqual([null, lines]);
});

test("a worker that can't be made leaves code plain", async () => {
  const queue = highlightQueue(() => {
    throw new Error("No workers here.");
  }, limitMs);
  expect(await queue("a", "ts")).toBeNull();
});
