import { expect, test } from "vitest";
import { SentEvents } from "./sent-events.js";

interface Greeting {
  readonly type: "greeting";
  readonly text: string;
}

/** As a schema does: keeps what it knows and drops the rest. */
const contract = {
  parse(value: unknown): Greeting {
    const { type, text } = value as Partial<Greeting>;
    if (type !== "greeting" || typeof text !== "string") {
      throw new Error("no greeting");
    }
    return { type, text };
  },
};

async function* body(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    yield await Promise.resolve(new TextEncoder().encode(chunk));
  }
}

test("events and comments are told as they came, also in pieces", async () => {
  const sent = new SentEvents(contract);
  await sent.read(body(": open\n\nevent: greeting\nda", 'ta: {"type":"greeting","text":"hi"}\n\n'));
  expect([sent.events, sent.comments]).toEqual([[{ type: "greeting", text: "hi" }], ["open"]]);
  expect(sent.text).toContain(": open\n\nevent: greeting\ndata:");
});

test.each([
  ["does not fit", 'event: greeting\ndata: {"type":"greeting","text":1}\n\n', "no greeting"],
  ["is no JSON", "event: greeting\ndata: hi\n\n", "JSON"],
  ["says more than its contract", 'event: greeting\ndata: {"type":"greeting","text":"hi","key":"sk"}\n\n', "says more"],
  ["has another name", 'event: farewell\ndata: {"type":"greeting","text":"hi"}\n\n', "was sent as farewell"],
  ["has no name", 'data: {"type":"greeting","text":"hi"}\n\n', "was sent as none"],
])("an event that %s is a fault", async (_what, text, fault) => {
  const sent = new SentEvents(contract);
  await expect(sent.read(body(text))).rejects.toThrow(fault);
  expect(sent.events).toEqual([]);
});

test("an event out of its order is a fault", async () => {
  const sent = new SentEvents(contract, () => {
    throw new Error("not now");
  });
  await expect(sent.read(body('event: greeting\ndata: {"type":"greeting","text":"hi"}\n\n'))).rejects.toThrow("not now");
});

test("a stream that is cut off has ended", async () => {
  async function* cut(): AsyncGenerator<Uint8Array> {
    yield* body('event: greeting\ndata: {"type":"greeting","text":"hi"}\n\n');
    throw new Error("reset");
  }
  const sent = new SentEvents(contract);
  await sent.read(cut());
  await sent.read(null);
  expect(sent.events).toHaveLength(1);
});
