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
