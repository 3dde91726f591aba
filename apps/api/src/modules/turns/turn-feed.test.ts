import type { TurnEvent } from "@mosaic/contracts/chat";
import { expect, test } from "vitest";
import { TurnFeed, type NumberedEvent } from "./turn-feed.js";

const delta = (text: string): TurnEvent => ({ type: "delta", text });
const never = new AbortController().signal;

async function all(events: AsyncGenerator<NumberedEvent>): Promise<NumberedEvent[]> {
  const found: NumberedEvent[] = [];
  for await (const event of events) {
    found.push(event);
  }
  return found;
}

test("each reader gets every event once, with its number, whether it came before or comes after", async () => {
  const feed = new TurnFeed();
  feed.push(delta("a"));
  const early = all(feed.follow(0, never));
  feed.push(delta("b"));
  await Promise.resolve();
  feed.push(delta("c"));
  feed.end(delta("end"));
  const expected = ["a", "b", "c", "end"].map((text, index) => ({ number: index + 1, event: delta(text) }));
  expect(await early).toEqual(expected);
  for (const after of [0, 1, 2, 3]) {
    expect(await all(feed.follow(after, never))).toEqual(expected.slice(after));
  }
});

test("who comes after the end gets the last event alone, and nothing of an answer that is gone", async () => {
  const feed = new TurnFeed();
  feed.end(delta("end"));
  feed.end(null);
  expect(await all(feed.follow(57, never))).toEqual([{ number: 58, event: delta("end") }]);
  const gone = new TurnFeed();
  gone.end(null);
  expect(await all(gone.follow(0, never))).toEqual([]);
});

test("a reader of a turn that was taken over gets everything since, whatever it has", async () => {
  const resumed: TurnEvent = { type: "resumed", parts: [{ type: "text", text: "a" }] };
  const feed = new TurnFeed();
  feed.push(delta("a"));
  const early = all(feed.follow(0, never));
  // It has what the log of the process that died never knew.
  const ahead = all(feed.follow(3, never));
  await Promise.resolve();
  expect(feed.canHaveTold(3)).toBe(false);
  feed.push(resumed);
  feed.push(delta("b"));
  feed.push(delta("c"));
  feed.end(delta("end"));
  const expected = [delta("a"), resumed, delta("b"), delta("c"), delta("end")].map((event, index) => ({ number: index + 1, event }));
  expect(await early).toEqual(expected);
  expect(await ahead).toEqual(expected.slice(1));
  expect(feed.canHaveTold(100)).toBe(true);
  for (const [after, from] of [
    [0, 0],
    [1, 1],
    [2, 1],
    [4, 1],
    [100, 1],
  ] as const) {
    expect(await all(feed.follow(after, never))).toEqual(expected.slice(from));
  }
});

test("a reader that leaves is let go at once", async () => {
  const leaving = new AbortController();
  const reading = all(new TurnFeed().follow(0, leaving.signal));
  leaving.abort();
  expect(await reading).toEqual([]);
});
