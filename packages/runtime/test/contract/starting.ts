import { describe, expect, it } from "vitest";
import type { PrepareProgress } from "../../src/agent-runtime.js";
import { ask, factsOf, sha256 } from "../agent-client.js";
import { configUrlOf, type ContractWorld, graceMs, newToken } from "./contract-world.js";

export function describeStarting(world: ContractWorld): void {
  describe("the engine", () => {
    it("is reachable and says what it is", async () => {
      const check = await world.runtime.check();
      expect(check.isReachable).toBe(true);
      expect(check.detail).not.toBe("");
    });

    it("prepares twice with the same answer", async () => {
      const [first, second] = await Promise.all([world.runtime.prepare(), world.harness.open().prepare()]);
      expect(first.internalHost).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(second).toEqual(first);
    });

    it("that is away is an answer of check and a clear error of all else", async () => {
      const away = world.harness.openUnreachable();
      const check = await away.check();
      expect(check.isReachable).toBe(false);
      expect(check.detail.length).toBeGreaterThan(20);
      for (const attempt of [() => away.prepare(), () => away.create(world.newSpec()), () => away.list(world.harness.instanceId)]) {
        await expect(attempt()).rejects.toMatchObject({ name: "RuntimeError", code: "unreachable" });
      }
      await away.close();
    });
  });

  describe("an image", () => {
    it("that is there needs no work", async () => {
      const told: PrepareProgress[] = [];
      expect(await world.runtime.hasImage(world.harness.plain.image)).toBe(true);
      await world.runtime.ensureImage(world.harness.plain.image, (progress) => told.push(progress), AbortSignal.timeout(30_000));
      expect(told).toEqual([]);
    });

    it("that can't be had is a clear error", async () => {
      const without = world.harness.openWithoutImage();
      expect(await without.hasImage(world.harness.missingImage)).toBe(false);
      await expect(without.ensureImage(world.harness.missingImage, () => undefined, AbortSignal.timeout(60_000))).rejects.toMatchObject({
        name: "RuntimeError",
        code: world.harness.missingImageCode,
      });
      await without.close();
    });

    it("rejects with the reason of an aborted signal", async () => {
      const reason = new Error("changed my mind");
      await expect(world.runtime.ensureImage(world.harness.missingImage, () => undefined, AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });

  describe("create", () => {
    it("makes a container that has not run", async () => {
      const spec = world.newSpec();
      await world.runtime.create(spec);
      expect(await world.runtime.inspect(spec.name)).toMatchObject({
        name: spec.name,
        agentId: spec.agentId,
        state: "created",
        endpoint: null,
        exitCode: null,
        wasOutOfMemory: false,
      });
    });

    it("adopts a running container of the same spec, also as a fresh Mosaic process", async () => {
      const { spec, facts, endpoint } = await world.createAndStart();
      const next = world.harness.open();
      await next.create(spec);
      expect(await next.start(spec.name, newToken())).toEqual({ endpoint, wasRunning: true });
      expect(await factsOf(endpoint)).toMatchObject({ pid: facts.pid, tokenHashes: facts.tokenHashes });
      await next.close();
      expect(await world.runtime.inspect(spec.name)).toMatchObject({ state: "running" });
    });

    it("replaces a container of another spec and keeps its state", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/write-note?text=kept");
      const before = await world.runtime.inspect(spec.name);
      await world.runtime.create({ ...spec, limits: { ...spec.limits, pids: 65 } });
      const after = await world.runtime.inspect(spec.name);
      expect(after?.state).toBe("created");
      expect(after?.specHash).not.toBe(before?.specHash);
      const restarted = await world.runtime.start(spec.name, newToken());
      await factsOf(restarted.endpoint);
      expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "kept" });
    });

    it("twice at once makes one", async () => {
      const spec = world.newSpec();
      await Promise.all([world.runtime.create(spec), world.runtime.create(spec), world.harness.open().create(spec)]);
      const all = await world.runtime.list(world.harness.instanceId);
      expect(all.filter((observation) => observation.name === spec.name)).toHaveLength(1);
    });

    it("never touches what has its name and is not ours", async () => {
      const spec = world.newSpec();
      const isUntouched = await world.harness.placeForeign(spec.name);
      await expect(world.runtime.create(spec)).rejects.toMatchObject({ code: "name_taken" });
      expect(await world.runtime.inspect(spec.name)).toBeNull();
      await expect(world.runtime.start(spec.name, newToken())).rejects.toMatchObject({ code: "not_found" });
      await world.runtime.stop(spec.name, 0);
      await world.runtime.remove(spec.name);
      expect(await isUntouched()).toBe(true);
    });

    it.each(["../escape", "UPPER", "a", "-dash", "x".repeat(64), ""])("refuses the name %j", async (name) => {
      await expect(world.runtime.create(world.newSpec({ name }))).rejects.toMatchObject({ name: "RuntimeError", code: "refused" });
    });
  });

  describe("start", () => {
    it("hands the token over as the one line of standard input and in no environment", async () => {
      const { spec, token, facts, endpoint } = await world.createAndStart();
      expect(facts.tokenHashes).toEqual([sha256(token)]);
      const seenInside = JSON.stringify(await ask(endpoint, "/environments"));
      const seenOutside = await world.harness.readEnvironments(spec.name);
      expect(seenOutside).toContain(configUrlOf(spec.agentId));
      for (const seen of [seenInside, seenOutside, JSON.stringify(facts.environment)]) expect(seen).not.toContain(token);
    });

    it("gives none of Mosaic's secrets to the agent", async () => {
      process.env["MOSAIC_SECRET_KEY"] = "canary-secret-key";
      process.env["DATABASE_URL"] = "postgres://canary-database";
      try {
        const { facts, spec } = await world.createAndStart();
        expect(JSON.stringify(facts.environment)).not.toContain("canary");
        expect(await world.harness.readEnvironments(spec.name)).not.toContain("canary");
      } finally {
        delete process.env["MOSAIC_SECRET_KEY"];
        delete process.env["DATABASE_URL"];
      }
    });

    it("twice at once starts one, with the token of the first", async () => {
      const spec = world.newSpec();
      const [first, second] = [newToken(), newToken()];
      await world.runtime.create(spec);
      const results = await Promise.all([world.runtime.start(spec.name, first), world.runtime.start(spec.name, second)]);
      expect(results.map((result) => result.wasRunning)).toEqual([false, true]);
      expect(results[0]?.endpoint).toEqual(results[1]?.endpoint);
      const facts = await factsOf(results[0]?.endpoint ?? { host: "", port: 0 });
      expect(facts.tokenHashes).toEqual([sha256(first)]);
    });

    it("works again after a stop, with another token", async () => {
      const { spec } = await world.createAndStart();
      await world.runtime.stop(spec.name, graceMs);
      const token = newToken();
      const { endpoint, wasRunning } = await world.runtime.start(spec.name, token);
      expect(wasRunning).toBe(false);
      expect((await factsOf(endpoint)).tokenHashes).toEqual([sha256(token)]);
    });

    it("of a container that does not exist is not_found", async () => {
      await expect(world.runtime.start(world.newSpec().name, newToken())).rejects.toMatchObject({
        name: "RuntimeError",
        code: "not_found",
      });
    });
  });
}
