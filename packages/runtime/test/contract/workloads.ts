import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { ask, factsOf, sha256 } from "../agent-client.js";
import { type BackendName, configUrlOf, type ContractWorld, graceMs, newToken } from "./contract-world.js";

/** What depends on the spec, with all backends: whatever a driver still knew of one of them would fail for the others. */
export function describeWorkloads(world: ContractWorld, backends: readonly BackendName[]): void {
  describe.each(backends)("a workload of the %s backend", (which) => {
    it("runs its command with its variables and its token, where its spec says, and is seen there", async () => {
      const backend = world.backend(which);
      const { spec, token, endpoint, facts } = await world.createAndStart({}, backend);
      expect(facts.words).toEqual(which === "plain" ? [] : [which]);
      expect(facts.tokenHashes).toEqual([sha256(token)]);
      expect(facts.environment).toMatchObject({ MOSAIC_CONFIG_URL: configUrlOf(spec.agentId), ...backend.environment });
      const { port, stateDir } = world.harness.placeOf(backend);
      expect([facts.environment["MOSAIC_AGENT_PORT"], endpoint.port]).toEqual([String(endpoint.port), port ?? endpoint.port]);
      expect(facts.environment["MOSAIC_AGENT_STATE_DIR"]).toBe(stateDir ?? facts.environment["MOSAIC_AGENT_STATE_DIR"]);
      const listed = (await world.runtime.list(world.harness.instanceId)).find(({ name }) => name === spec.name);
      expect(listed).toEqual(await world.runtime.inspect(spec.name));
      expect(listed).toMatchObject({ state: "running", endpoint });
    });

    it("keeps what is below its mount when it is replaced, and gives it out and back", async () => {
      const { spec, endpoint } = await world.createAndStart({}, world.backend(which));
      await ask(endpoint, "/write-note?text=kept");
      await world.runtime.create({ ...spec, limits: { ...spec.limits, pids: 65 } });
      const again = await world.runtime.start(spec.name, newToken());
      await factsOf(again.endpoint);
      expect(await ask(again.endpoint, "/note")).toEqual({ note: "kept" });
      await world.runtime.stop(spec.name, graceMs);
      const owner = { name: spec.name, agentId: spec.agentId, image: spec.image };
      const tar = await buffer((await world.runtime.exportState(owner)) ?? Readable.from([]));
      await world.runtime.remove(spec.name);
      await world.runtime.removeState(spec.name);
      await world.runtime.importState(owner, Readable.from([tar]));
      expect((await world.runtime.measureStates([owner])).get(spec.name)).toBeGreaterThan(0);
      await world.runtime.create(spec);
      const restored = await world.runtime.start(spec.name, newToken());
      await factsOf(restored.endpoint);
      expect(await ask(restored.endpoint, "/note")).toEqual({ note: "kept" });
    });
  });

  it("an agent that changes its backend is replaced, and afterwards adopted", async () => {
    const { spec } = await world.createAndStart();
    const { environment, ...place } = world.harness.odd;
    const other = { ...spec, ...place, environment: { ...spec.environment, ...environment } };
    await world.runtime.create(other);
    const { endpoint } = await world.runtime.start(spec.name, newToken());
    expect((await factsOf(endpoint)).words).toEqual(["odd"]);
    await world.runtime.create(other);
    expect(await world.runtime.start(spec.name, newToken())).toEqual({ endpoint, wasRunning: true });
  });

  it("labels are no reason to replace one that runs", async () => {
    const { spec, endpoint } = await world.createAndStart();
    await world.runtime.create({ ...spec, labels: { "mosaic.later": "1" } });
    expect(await world.runtime.start(spec.name, newToken())).toEqual({ endpoint, wasRunning: true });
  });
}
