import { expect, test } from "vitest";
import { Places, PlacesTaken } from "./places.js";

const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("as many as there are places run at once, the others in the order in which they came, urgent ones first", async () => {
  const places = new Places({ size: 2, maxWaiting: 10 });
  const order: string[] = [];
  const leave = [await places.take(), await places.take()];
  const enter = (name: string, isUrgent = false): void => {
    void places.take({ isUrgent }).then((end) => {
      order.push(name);
      leave.push(end);
    });
  };
  enter("first");
  enter("second");
  enter("urgent", true);
  await settle();
  expect([order, places.takenCount, places.waitingCount]).toEqual([[], 2, 3]);
  for (let ended = 0; ended < 3; ended++) {
    leave[ended]?.();
    leave[ended]?.();
    await settle();
    expect(places.takenCount).toBe(2);
  }
  expect(order).toEqual(["urgent", "first", "second"]);
});

test("who wants many places is not overtaken by those who want one", async () => {
  const places = new Places({ size: 4, maxWaiting: 10 });
  const leave = await places.take({ count: 3 });
  const order: string[] = [];
  void places.take({ count: 4 }).then((end) => (order.push("all"), end()));
  void places.take().then(() => order.push("one"));
  await settle();
  expect(order).toEqual([]);
  leave();
  await settle();
  expect(order).toEqual(["all", "one"]);
});

test("more than may wait are sent away, and who gives up waits no longer", async () => {
  const places = new Places({ size: 1, maxWaiting: 1 });
  const leave = await places.take();
  const patience = new AbortController();
  const waiting = places.take({ signal: patience.signal });
  await expect(places.take()).rejects.toBeInstanceOf(PlacesTaken);
  patience.abort(new Error("too long"));
  await expect(waiting).rejects.toThrow("too long");
  expect(places.waitingCount).toBe(0);
  leave();
  await expect(places.run(async () => 7)).resolves.toBe(7);
  await expect(places.run(async () => Promise.reject(new Error("work failed")))).rejects.toThrow("work failed");
  expect(places.takenCount).toBe(0);
});

test("who gives up makes room for the one behind", async () => {
  const places = new Places({ size: 2, maxWaiting: 5 });
  await places.take();
  const patience = new AbortController();
  const large = places.take({ count: 2, signal: patience.signal });
  const small = places.take();
  patience.abort(new Error("gone"));
  await expect(large).rejects.toThrow("gone");
  await expect(small).resolves.toBeTypeOf("function");
});

test("keys take turns: who sent many waits behind their own", async () => {
  const places = new Places({ size: 1, maxWaiting: 100 });
  const leave = await places.take({ key: "rogue" });
  const order: string[] = [];
  const enter = (key: string): void => {
    void places.take({ key }).then((end) => {
      order.push(key);
      setImmediate(end);
    });
  };
  for (let sent = 0; sent < 5; sent++) {
    enter("rogue");
  }
  enter("ann");
  enter("bob");
  leave();
  await expect.poll(() => order).toHaveLength(7);
  expect(order.slice(0, 3)).toEqual(["rogue", "ann", "bob"]);
});

test("no key holds more than its share, and whoever waits for their own share holds nobody up", async () => {
  const places = new Places({ size: 8, sizePerKey: 2, maxWaiting: 100 });
  const leave = await places.take({ key: "rogue", count: 5 });
  let isIn = false;
  const second = places.take({ key: "rogue" }).then((end) => {
    isIn = true;
    return end;
  });
  const others = await Promise.all(["ann", "bob", "cid"].map(async (key) => places.take({ key, count: 2 })));
  await settle();
  expect([isIn, places.takenCount, places.waitingCount]).toEqual([false, 8, 1]);
  leave();
  (await second)();
  others.forEach((end) => end());
  expect(places.takenCount).toBe(0);
});

test("of one key only so many wait, urgent or not, and others still may", async () => {
  const places = new Places({ size: 1, maxWaiting: 3, maxWaitingPerKey: 2 });
  const leave = await places.take({ key: "rogue" });
  const patience = new AbortController();
  const waiting = [places.take({ key: "rogue", signal: patience.signal }), places.take({ key: "rogue", isUrgent: true })];
  await expect(places.take({ key: "rogue" })).rejects.toMatchObject({ name: "PlacesTaken", by: "key" });
  await expect(places.take({ key: "rogue", isUrgent: true })).rejects.toMatchObject({ by: "key" });
  const ann = places.take({ key: "ann" });
  await expect(places.take({ key: "bob" })).rejects.toMatchObject({ by: "all" });
  patience.abort(new Error("gone"));
  await expect(waiting[0]).rejects.toThrow("gone");
  waiting.push(places.take({ key: "rogue" }));
  leave();
  (await waiting[1])?.();
  (await ann)();
  (await waiting[2])?.();
  expect([places.takenCount, places.waitingCount]).toEqual([0, 0]);
});

test("whoever does not wait gets what is free, and nobody's turn", async () => {
  const places = new Places({ size: 2, maxWaiting: 5 });
  const leave = places.takeNow({ key: "ann" });
  const large = places.take({ key: "bob", count: 2 });
  expect([leave, places.takeNow({ key: "cid" })]).toEqual([expect.any(Function), undefined]);
  leave?.();
  (await large)();
  expect(places.takeNow({ key: "cid", count: 2 })).toBeTypeOf("function");
  expect(places.takeNow({ key: "cid" })).toBeUndefined();
});

test("who gives up at any place of the line leaves the others in their order", async () => {
  for (let gone = 0; gone < 4; gone++) {
    const places = new Places({ size: 1, maxWaiting: 10 });
    const leave = await places.take();
    const patience = new AbortController();
    const order: number[] = [];
    const all = [0, 1, 2, 3].map(async (index) => {
      const end = await places.take(index === gone ? { signal: patience.signal } : {});
      order.push(index);
      end();
    });
    patience.abort(new Error("gone"));
    all.push(places.run(async () => void order.push(4)));
    leave();
    expect((await Promise.allSettled(all)).filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(order).toEqual([0, 1, 2, 3, 4].filter((index) => index !== gone));
  }
});

// Far above what it takes, and far below what it takes where each who comes or goes is a look at all others.
test("forty thousand of one key come, give up and have their turns", { timeout: 15_000 }, async () => {
  const places = new Places({ size: 1, maxWaiting: Infinity });
  const leave = await places.take();
  const patience = new AbortController();
  let turns = 0;
  const all = Array.from({ length: 40_000 }, async (_, index) =>
    places.run(async () => Promise.resolve(void (turns += 1)), index % 100 === 0 ? { signal: patience.signal } : {}),
  );
  const settled = Promise.allSettled(all);
  patience.abort(new Error("gone"));
  leave();
  await settled;
  expect([turns, places.takenCount, places.waitingCount]).toEqual([39_600, 0, 0]);
});
