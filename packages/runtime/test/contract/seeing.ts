import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { ask } from "../agent-client.js";
import { type ContractWorld, graceMs, newToken } from "./contract-world.js";

export function describeSeeing(world: ContractWorld): void {
  describe("what is seen", () => {
    it("is how many processors containers have", async () => {
      expect(await world.runtime.cores()).toBeGreaterThanOrEqual(1);
    });

    it("tells the exit code of a container that ended by itself", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/exit?code=42");
      expect(await world.exitedState(spec.name)).toMatchObject({ exitCode: 42, wasOutOfMemory: false, endpoint: null });
    });

    it("tells how much of the processors a running container used, which is what tells a busy one from one that stands still", async () => {
      const { spec, endpoint } = await world.createAndStart();
      const before = (await world.runtime.cpuTimeMs(spec.name)) ?? Number.NaN;
      expect(before).toBeGreaterThan(0);
      await ask(endpoint, "/be-busy");
      await expect.poll(async () => world.runtime.cpuTimeMs(spec.name), { timeout: 20_000 }).toBeGreaterThan(before + 100);
      await world.runtime.stop(spec.name, graceMs);
      expect(await world.runtime.cpuTimeMs(spec.name)).toBeNull();
      expect(await world.runtime.cpuTimeMs("mosaic-test-nobody")).toBeNull();
    });

    it("tells the last lines that a container wrote, on both outputs and without colours, and none of one that is gone", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/say?text=first");
      await ask(endpoint, "/say?text=second");
      await expect.poll(() => world.runtime.logs(spec.name, 4), { timeout: 10_000 }).toHaveLength(4);
      const lines = await world.runtime.logs(spec.name, 4);
      expect(lines.toSorted()).toEqual(["err first", "err second", "out first", "out second"]);
      expect(await world.runtime.logs(spec.name, 1)).toHaveLength(1);
      expect(await world.runtime.logs(world.newSpec().name, 5)).toEqual([]);
    });

    it("reads little of what a container that floods its output wrote, and the newest of it", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/flood?megabytes=16");
      // The engine reads both outputs by themselves: what is said on one may overtake the rest of the flood on the other, so it is said again.
      const newest = async (): Promise<string[]> => {
        await ask(endpoint, "/say?text=last");
        return (await world.runtime.logs(spec.name, 2_000)).slice(-2).toSorted();
      };
      await expect.poll(newest, { timeout: 15_000 }).toEqual(["err last", "out last"]);
      const lines = await world.runtime.logs(spec.name, 2_000);
      expect(lines.length).toBeGreaterThan(50);
      expect(lines.join("\n").length).toBeLessThanOrEqual(256 * 1024);
    });

    it("gives a state out as a tar and takes it back under another name, never over one that is there", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/write-note?text=remember");
      await world.runtime.stop(spec.name, graceMs);
      const owner = { name: spec.name, agentId: spec.agentId, image: spec.image };
      const archive = await world.runtime.exportState(owner);
      const bytes = await buffer(archive ?? Readable.from([]));
      expect(bytes.includes("remember")).toBe(true);
      await expect(world.runtime.importState(owner, Readable.from([bytes]))).rejects.toMatchObject({ code: "refused" });
      const other = { ...spec, name: world.newSpec().name };
      expect(await world.runtime.exportState({ ...owner, name: other.name })).toBeNull();
      await world.runtime.importState({ ...owner, name: other.name }, Readable.from([bytes]));
      await world.runtime.create(other);
      const started = await world.runtime.start(other.name, newToken());
      await expect.poll(() => ask(started.endpoint, "/note").catch(() => null), { timeout: 15_000 }).toMatchObject({ note: "remember" });
    });

    it("tells that a container ran out of memory", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, world.harness.exhaustPath).catch(() => undefined);
      const seen = await world.exitedState(spec.name);
      expect(seen).toMatchObject({ wasOutOfMemory: true });
      expect(seen?.exitCode).not.toBe(0);
    });

    it("lists the containers of one installation only, as inspect sees them", async () => {
      const running = await world.createAndStart();
      const created = world.newSpec();
      await world.runtime.create(created);
      const ended = await world.createAndStart();
      await world.runtime.stop(ended.spec.name, graceMs);
      const listed = await world.runtime.list(world.harness.instanceId);
      for (const spec of [running.spec, created, ended.spec]) {
        expect(listed.find((observation) => observation.name === spec.name)).toEqual(await world.runtime.inspect(spec.name));
      }
      expect(await world.runtime.list("another-installation")).toEqual([]);
    });

    it("watch tells of a start, an exit and a removal, until it is aborted", async () => {
      const told: (string | null)[] = [];
      const watching = new AbortController();
      world.runtime.watch(world.harness.instanceId, (name) => told.push(name), watching.signal);
      await expect.poll(() => told, { timeout: 10_000 }).toContain(null);
      const { spec, endpoint } = await world.createAndStart();
      const countOf = () => told.filter((name) => name === spec.name).length;
      await expect.poll(countOf, { timeout: 10_000 }).toBe(1);
      await ask(endpoint, "/exit?code=3");
      await expect.poll(countOf, { timeout: 10_000 }).toBe(2);
      await world.runtime.remove(spec.name);
      await expect.poll(countOf, { timeout: 10_000 }).toBe(3);
      watching.abort();
      const other = await world.createAndStart();
      expect(told).not.toContain(other.spec.name);
    });
  });
}
