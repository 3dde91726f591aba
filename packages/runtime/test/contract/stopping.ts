import { describe, expect, it } from "vitest";
import { ask, factsOf, sha256 } from "../agent-client.js";
import { type ContractWorld, graceMs, newToken } from "./contract-world.js";

export function describeStopping(world: ContractWorld): void {
  describe("stop and remove", () => {
    it("stop politely, and again without effect", async () => {
      const { spec } = await world.createAndStart();
      await world.runtime.stop(spec.name, graceMs);
      expect(await world.runtime.inspect(spec.name)).toMatchObject({ state: "exited", endpoint: null, exitCode: 0, wasOutOfMemory: false });
      await world.runtime.stop(spec.name, graceMs);
      await world.runtime.stop(world.newSpec().name, graceMs);
    });

    it("kill what does not end by itself", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/be-stubborn");
      const startedAt = performance.now();
      await world.runtime.stop(spec.name, 1_000);
      expect(performance.now() - startedAt).toBeLessThan(8_000);
      expect(await world.runtime.inspect(spec.name)).toMatchObject({ state: "exited", exitCode: 137, wasOutOfMemory: false });
    });

    it("remove a running container, and again without effect, and keep the state", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/write-note?text=kept");
      await Promise.all([world.runtime.remove(spec.name), world.runtime.remove(spec.name)]);
      await world.runtime.remove(spec.name);
      expect(await world.runtime.inspect(spec.name)).toBeNull();

      await world.runtime.create(spec);
      const restarted = await world.runtime.start(spec.name, newToken());
      await factsOf(restarted.endpoint);
      expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "kept" });
    });
  });

  describe("the state", () => {
    it("stays over a stop", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/write-note?text=kept");
      await world.runtime.stop(spec.name, graceMs);
      const restarted = await world.runtime.start(spec.name, newToken());
      await factsOf(restarted.endpoint);
      expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "kept" });
    });

    it("stays when the container is killed or removed behind our back, and the next start is a normal one", async () => {
      const { spec, endpoint, facts } = await world.createAndStart();
      await ask(endpoint, "/write-note?text=kept");
      const { isGone } = await world.harness.killBehindOurBack(spec.name);
      await expect
        .poll(async () => (await world.runtime.inspect(spec.name))?.state ?? "gone", { timeout: 20_000 })
        .toBe(isGone ? "gone" : "exited");
      await world.runtime.create(spec);
      const token = newToken();
      const restarted = await world.runtime.start(spec.name, token);
      expect(restarted.wasRunning).toBe(false);
      expect(await factsOf(restarted.endpoint)).toMatchObject({ tokenHashes: [sha256(token)], hostname: facts.hostname });
      expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "kept" });
    });

    it("is deleted by removeState alone, and not while there is a container", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/write-note?text=to-be-deleted");
      await expect(world.runtime.removeState(spec.name)).rejects.toMatchObject({ name: "RuntimeError", code: "refused" });
      await world.runtime.remove(spec.name);
      await world.runtime.removeState(spec.name);
      await world.runtime.removeState(spec.name);
      await world.runtime.create(spec);
      const restarted = await world.runtime.start(spec.name, newToken());
      await factsOf(restarted.endpoint);
      expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "ENOENT" });
    });
  });

  describe("the disk", () => {
    it("that a state takes is measured from outside, also while the agent runs, and nothing is told of one that is not there", async () => {
      const { spec, endpoint } = await world.createAndStart();
      const owner = { name: spec.name, agentId: spec.agentId, image: spec.image };
      const before = (await world.runtime.measureStates([owner])).get(spec.name) ?? -1;
      expect(before).toBeGreaterThanOrEqual(0);
      await ask(endpoint, "/keep?mb=24&mode=700");
      const missing = { ...owner, name: `${spec.name}-none` };
      const after = await world.runtime.measureStates([owner, missing]);
      expect([...after.keys()]).toEqual([spec.name]);
      expect((after.get(spec.name) ?? 0) - before).toBeGreaterThanOrEqual(24 * 1024 * 1024);
      expect((await world.runtime.inspect(spec.name))?.state).toBe("running");
      expect((await world.runtime.list(world.harness.instanceId)).map(({ name }) => name)).not.toContain(missing.name);
    });

    it("has a size, and some of it is free", async () => {
      const space = await world.runtime.diskSpace();
      expect(space?.totalBytes).toBeGreaterThan(space?.freeBytes ?? Number.POSITIVE_INFINITY);
      expect(space?.freeBytes).toBeGreaterThan(0);
    });
  });
}
