import { expect, test } from "vitest";
import { NameLookUps } from "./name-look-ups.js";

interface Pending {
  readonly name: string;
  readonly end: () => void;
}

/** Name servers that answer only when told to. */
function silentServers(): { pending: Pending[]; resolve: (name: string) => Promise<readonly string[]> } {
  const pending: Pending[] = [];
  const resolve = async (name: string): Promise<readonly string[]> =>
    new Promise((answer) => pending.push({ name, end: () => answer(["192.0.2.1"]) }));
  return { pending, resolve };
}

const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

test("a hundred names of one person occupy one look-up, and another person's is made at once", async () => {
  const { pending, resolve } = silentServers();
  const lookUps = new NameLookUps(16, resolve);
  const patience = new AbortController();
  const rogue = Promise.allSettled(Array.from({ length: 100 }, async (_, n) => lookUps.of("rogue")(`${n}.silent.test`, patience.signal)));
  const ann = lookUps.of("ann")("models.test", never);
  await settle();
  expect(pending.map(({ name }) => name)).toEqual(["0.silent.test", "models.test"]);
  pending[1]?.end();
  expect(await ann).toEqual(["192.0.2.1"]);

  patience.abort(new Error("the test has ended"));
  await settle();
  // The request has ended, its look-up has not: the thread is still taken.
  const next = lookUps.of("rogue")("again.silent.test", never);
  await settle();
  expect(pending).toHaveLength(2);
  pending[0]?.end();
  await rogue;
  await settle();
  expect(pending.map(({ name }) => name)).toEqual(["0.silent.test", "models.test", "again.silent.test"]);
  pending[2]?.end();
  await next;
});

test.each([
  [16, 4],
  [4, 1],
  [1, 1],
])("of %i threads all people's names together occupy %i", async (threads, most) => {
  const { pending, resolve } = silentServers();
  const lookUps = new NameLookUps(threads, resolve);
  const all = Array.from({ length: 20 }, async (_, n) => lookUps.of(`person-${n}`)(`${n}.silent.test`, never));
  await settle();
  expect(pending).toHaveLength(most);
  for (let ended = 0; ended < all.length; ended++) {
    pending[ended]?.end();
    await settle();
  }
  await Promise.all(all);
});

test("whoever has too many names waiting is told so in words, and a name server's own refusal stays as it is", async () => {
  const { pending, resolve } = silentServers();
  const lookUps = new NameLookUps(16, resolve);
  const patience = new AbortController();
  const waiting = Promise.allSettled(Array.from({ length: 11 }, async (_, n) => lookUps.of("rogue")(`${n}.silent.test`, patience.signal)));
  await settle();
  await expect(lookUps.of("rogue")("more.silent.test", never)).rejects.toMatchObject({
    code: "timeout",
    message: expect.stringContaining("Mosaic is still looking up other names") as string,
  });
  patience.abort(new Error("gone"));
  pending[0]?.end();
  await waiting;
  const unknown = Object.assign(new Error("not known"), { code: "ENOTFOUND" });
  await expect(new NameLookUps(16, async () => Promise.reject(unknown)).of("ann")("no.test", never)).rejects.toBe(unknown);
});
