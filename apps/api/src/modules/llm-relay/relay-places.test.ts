import { expect, test } from "vitest";
import { relayLimits, RelayPlaces, type RelayCaller } from "./relay-places.js";

const mega = 1024 * 1024;
const never = new AbortController().signal;

function agentsOf(ownerId: string, count: number): RelayCaller[] {
  return Array.from({ length: count }, (_, index) => ({ ownerId, agentId: `${ownerId}-${index}` }));
}

test("one person's agents together make so many calls, and leave the others theirs", async () => {
  const places = new RelayPlaces({ ...relayLimits, callsInAll: 64, callsPerOwner: 16 });
  const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
  const calls = agentsOf("rogue", 8).flatMap((caller) => Array.from({ length: 8 }, async () => places.call(caller, async () => ended)));
  const settled = Promise.allSettled(calls);
  await expect(places.call({ ownerId: "ann", agentId: "ann-0" }, async () => Promise.resolve("in"))).resolves.toBe("in");
  end(undefined);
  const refused = (await settled).flatMap((call) => (call.status === "rejected" ? [call.reason as unknown] : []));
  expect(refused).toHaveLength(48);
  expect(refused[0]).toMatchObject({
    code: "too_many_requests",
    detail: "At most 16 calls to models at once of all agents of one person.",
  });
  await expect(places.call({ ownerId: "rogue", agentId: "rogue-0" }, async () => Promise.resolve("again"))).resolves.toBe("again");
});

test.each([
  ["small", mega, 8],
  ["large", 32 * mega, 1],
])("bodies of one person that are announced and never come hold a part of the memory for %s ones", async (_size, bytes, most) => {
  const places = new RelayPlaces(relayLimits);
  const patience = new AbortController();
  const kept: (() => void)[] = [];
  const trickling = Array.from({ length: 32 }, async () => places.keep("rogue", bytes, patience.signal).then((free) => kept.push(free)));
  const settled = Promise.allSettled(trickling);
  const free = await places.keep("ann", bytes, never);
  expect(kept).toHaveLength(most);
  free();
  patience.abort(new Error("gone"));
  await settled;
  kept.forEach((end) => end());
  expect(places.keptKilobytes).toBe(0);
});
