import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AgentImage, AgentRuntime, ContainerSpec, PrepareProgress } from "../src/agent-runtime.js";
import { ask, factsOf, sha256 } from "./agent-client.js";

/** What a driver's test gives to the suite: the driver, and ways to act and look behind its back. */
export interface ContractHarness {
  readonly instanceId: string;
  readonly image: AgentImage;
  readonly missingImage: AgentImage;
  readonly missingImageCode: "image_missing" | "install_failed";
  /** A driver as a fresh Mosaic process has it. */
  open(): AgentRuntime;
  openWithoutImage(): AgentRuntime;
  openUnreachable(): AgentRuntime;
  /** Puts something of that name there that is not Mosaic's; the function tells whether it is as it was. */
  placeForeign(name: string): Promise<() => Promise<boolean>>;
  /** `kill -9` or `docker rm -f`. Tells whether the container is gone rather than exited. */
  killBehindOurBack(name: string): Promise<{ isGone: boolean }>;
  /** All environments that anyone could read, as raw text. */
  readEnvironments(name: string): Promise<string>;
  /** The stand-in's way to die for lack of memory under this driver. */
  readonly exhaustPath: "/fill-heap" | "/fill-memory";
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const GRACE_MS = 2_000;

/** What every driver promises. One suite, so that no driver promises something else. */
export function describeRuntimeContract(title: string, openHarness: () => Promise<ContractHarness>): void {
  describe(`${title}: the contract`, () => {
    let harness: ContractHarness;
    let runtime: AgentRuntime;
    const names: string[] = [];

    beforeAll(async () => {
      harness = await openHarness();
      runtime = harness.open();
      await runtime.prepare();
      await runtime.ensureImage(harness.image, () => undefined, AbortSignal.timeout(150_000));
    });
    afterEach(async () => {
      for (const name of names.splice(0)) {
        await runtime.remove(name).catch(() => undefined);
        await runtime.removeState(name).catch(() => undefined);
      }
    });
    afterAll(async () => {
      await runtime?.close();
      await harness?.close();
    });

    function newSpec(change: Partial<ContainerSpec> = {}): ContainerSpec {
      const id = randomBytes(5).toString("hex");
      const spec = {
        name: `mosaic-test-${id}`,
        instanceId: harness.instanceId,
        agentId: `agent-${id}`,
        image: harness.image,
        configUrl: `http://127.0.0.1:9/api/internal/agent-config/agent-${id}`,
        limits: { memoryBytes: 256 * MIB, nanoCpus: 1_000_000_000, pids: 64 },
        ...change,
      };
      names.push(spec.name);
      return spec;
    }

    function newToken(): string {
      return randomBytes(32).toString("base64url");
    }

    async function createAndStart(change: Partial<ContainerSpec> = {}) {
      const spec = newSpec(change);
      const token = newToken();
      await runtime.create(spec);
      const { endpoint } = await runtime.start(spec.name, token);
      return { spec, token, endpoint, facts: await factsOf(endpoint) };
    }

    async function exitedState(name: string) {
      await expect.poll(async () => (await runtime.inspect(name))?.state, { timeout: 30_000, interval: 50 }).toBe("exited");
      return runtime.inspect(name);
    }

    describe("the engine", () => {
      it("is reachable and says what it is", async () => {
        const check = await runtime.check();
        expect(check.isReachable).toBe(true);
        expect(check.detail).not.toBe("");
      });

      it("prepares twice with the same answer", async () => {
        const [first, second] = await Promise.all([runtime.prepare(), harness.open().prepare()]);
        expect(first.internalHost).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
        expect(second).toEqual(first);
      });

      it("that is away is an answer of check and a clear error of all else", async () => {
        const away = harness.openUnreachable();
        const check = await away.check();
        expect(check.isReachable).toBe(false);
        expect(check.detail.length).toBeGreaterThan(20);
        for (const attempt of [() => away.prepare(), () => away.create(newSpec()), () => away.list(harness.instanceId)]) {
          await expect(attempt()).rejects.toMatchObject({ name: "RuntimeError", code: "unreachable" });
        }
        await away.close();
      });
    });

    describe("an image", () => {
      it("that is there needs no work", async () => {
        const told: PrepareProgress[] = [];
        expect(await runtime.hasImage(harness.image)).toBe(true);
        await runtime.ensureImage(harness.image, (progress) => told.push(progress), AbortSignal.timeout(30_000));
        expect(told).toEqual([]);
      });

      it("that can't be had is a clear error", async () => {
        const without = harness.openWithoutImage();
        expect(await without.hasImage(harness.missingImage)).toBe(false);
        await expect(without.ensureImage(harness.missingImage, () => undefined, AbortSignal.timeout(60_000))).rejects.toMatchObject({
          name: "RuntimeError",
          code: harness.missingImageCode,
        });
        await without.close();
      });

      it("rejects with the reason of an aborted signal", async () => {
        const reason = new Error("changed my mind");
        await expect(runtime.ensureImage(harness.missingImage, () => undefined, AbortSignal.abort(reason))).rejects.toBe(reason);
      });
    });

    describe("create", () => {
      it("makes a container that has not run", async () => {
        const spec = newSpec();
        await runtime.create(spec);
        expect(await runtime.inspect(spec.name)).toMatchObject({
          name: spec.name,
          agentId: spec.agentId,
          state: "created",
          endpoint: null,
          exitCode: null,
          wasOutOfMemory: false,
        });
      });

      it("adopts a running container of the same spec, also as a fresh Mosaic process", async () => {
        const { spec, facts, endpoint } = await createAndStart();
        const next = harness.open();
        await next.create(spec);
        expect(await next.start(spec.name, newToken())).toEqual({ endpoint, wasRunning: true });
        expect(await factsOf(endpoint)).toMatchObject({ pid: facts.pid, tokenHashes: facts.tokenHashes });
        await next.close();
        expect(await runtime.inspect(spec.name)).toMatchObject({ state: "running" });
      });

      it("replaces a container of another spec and keeps its state", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, "/write-note?text=kept");
        const before = await runtime.inspect(spec.name);
        await runtime.create({ ...spec, limits: { ...spec.limits, pids: 65 } });
        const after = await runtime.inspect(spec.name);
        expect(after?.state).toBe("created");
        expect(after?.specHash).not.toBe(before?.specHash);
        const restarted = await runtime.start(spec.name, newToken());
        await factsOf(restarted.endpoint);
        expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "kept" });
      });

      it("twice at once makes one", async () => {
        const spec = newSpec();
        await Promise.all([runtime.create(spec), runtime.create(spec), harness.open().create(spec)]);
        const all = await runtime.list(harness.instanceId);
        expect(all.filter((observation) => observation.name === spec.name)).toHaveLength(1);
      });

      it("never touches what has its name and is not ours", async () => {
        const spec = newSpec();
        const isUntouched = await harness.placeForeign(spec.name);
        await expect(runtime.create(spec)).rejects.toMatchObject({ code: "name_taken" });
        expect(await runtime.inspect(spec.name)).toBeNull();
        await expect(runtime.start(spec.name, newToken())).rejects.toMatchObject({ code: "not_found" });
        await runtime.stop(spec.name, 0);
        await runtime.remove(spec.name);
        expect(await isUntouched()).toBe(true);
      });

      it.each(["../escape", "UPPER", "a", "-dash", "x".repeat(64), ""])("refuses the name %j", async (name) => {
        await expect(runtime.create(newSpec({ name }))).rejects.toMatchObject({ name: "RuntimeError", code: "refused" });
      });
    });

    describe("start", () => {
      it("hands the token over as the one line of standard input and in no environment", async () => {
        const { spec, token, facts, endpoint } = await createAndStart();
        expect(facts.tokenHashes).toEqual([sha256(token)]);
        const seenInside = JSON.stringify(await ask(endpoint, "/environments"));
        const seenOutside = await harness.readEnvironments(spec.name);
        expect(seenOutside).toContain(spec.configUrl);
        for (const seen of [seenInside, seenOutside, JSON.stringify(facts.environment)]) expect(seen).not.toContain(token);
      });

      it("gives none of Mosaic's secrets to the agent", async () => {
        process.env["MOSAIC_SECRET_KEY"] = "canary-secret-key";
        process.env["DATABASE_URL"] = "postgres://canary-database";
        try {
          const { facts, spec } = await createAndStart();
          expect(JSON.stringify(facts.environment)).not.toContain("canary");
          expect(await harness.readEnvironments(spec.name)).not.toContain("canary");
        } finally {
          delete process.env["MOSAIC_SECRET_KEY"];
          delete process.env["DATABASE_URL"];
        }
      });

      it("twice at once starts one, with the token of the first", async () => {
        const spec = newSpec();
        const [first, second] = [newToken(), newToken()];
        await runtime.create(spec);
        const results = await Promise.all([runtime.start(spec.name, first), runtime.start(spec.name, second)]);
        expect(results.map((result) => result.wasRunning)).toEqual([false, true]);
        expect(results[0]?.endpoint).toEqual(results[1]?.endpoint);
        const facts = await factsOf(results[0]?.endpoint ?? { host: "", port: 0 });
        expect(facts.tokenHashes).toEqual([sha256(first)]);
      });

      it("works again after a stop, with another token", async () => {
        const { spec } = await createAndStart();
        await runtime.stop(spec.name, GRACE_MS);
        const token = newToken();
        const { endpoint, wasRunning } = await runtime.start(spec.name, token);
        expect(wasRunning).toBe(false);
        expect((await factsOf(endpoint)).tokenHashes).toEqual([sha256(token)]);
      });

      it("of a container that does not exist is not_found", async () => {
        await expect(runtime.start(newSpec().name, newToken())).rejects.toMatchObject({ name: "RuntimeError", code: "not_found" });
      });
    });

    describe("stop and remove", () => {
      it("stop politely, and again without effect", async () => {
        const { spec } = await createAndStart();
        await runtime.stop(spec.name, GRACE_MS);
        expect(await runtime.inspect(spec.name)).toMatchObject({ state: "exited", endpoint: null, exitCode: 0, wasOutOfMemory: false });
        await runtime.stop(spec.name, GRACE_MS);
        await runtime.stop(newSpec().name, GRACE_MS);
      });

      it("kill what does not end by itself", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, "/be-stubborn");
        const startedAt = performance.now();
        await runtime.stop(spec.name, 1_000);
        expect(performance.now() - startedAt).toBeLessThan(8_000);
        expect(await runtime.inspect(spec.name)).toMatchObject({ state: "exited", exitCode: 137, wasOutOfMemory: false });
      });

      it("remove a running container, and again without effect, and keep the state", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, "/write-note?text=kept");
        await Promise.all([runtime.remove(spec.name), runtime.remove(spec.name)]);
        await runtime.remove(spec.name);
        expect(await runtime.inspect(spec.name)).toBeNull();

        await runtime.create(spec);
        const restarted = await runtime.start(spec.name, newToken());
        await factsOf(restarted.endpoint);
        expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "kept" });
      });
    });

    describe("the state", () => {
      it("stays over a stop", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, "/write-note?text=kept");
        await runtime.stop(spec.name, GRACE_MS);
        const restarted = await runtime.start(spec.name, newToken());
        await factsOf(restarted.endpoint);
        expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "kept" });
      });

      it("stays when the container is killed or removed behind our back, and the next start is a normal one", async () => {
        const { spec, endpoint, facts } = await createAndStart();
        await ask(endpoint, "/write-note?text=kept");
        const { isGone } = await harness.killBehindOurBack(spec.name);
        await expect
          .poll(async () => (await runtime.inspect(spec.name))?.state ?? "gone", { timeout: 20_000 })
          .toBe(isGone ? "gone" : "exited");
        await runtime.create(spec);
        const token = newToken();
        const restarted = await runtime.start(spec.name, token);
        expect(restarted.wasRunning).toBe(false);
        expect(await factsOf(restarted.endpoint)).toMatchObject({ tokenHashes: [sha256(token)], hostname: facts.hostname });
        expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "kept" });
      });

      it("is deleted by removeState alone, and not while there is a container", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, "/write-note?text=to-be-deleted");
        await expect(runtime.removeState(spec.name)).rejects.toMatchObject({ name: "RuntimeError", code: "refused" });
        await runtime.remove(spec.name);
        await runtime.removeState(spec.name);
        await runtime.removeState(spec.name);
        await runtime.create(spec);
        const restarted = await runtime.start(spec.name, newToken());
        await factsOf(restarted.endpoint);
        expect(await ask(restarted.endpoint, "/note")).toEqual({ note: "ENOENT" });
      });
    });

    describe("the disk", () => {
      it("that a state takes is measured from outside, also while the agent runs, and nothing is told of one that is not there", async () => {
        const { spec, endpoint } = await createAndStart();
        const owner = { name: spec.name, agentId: spec.agentId, image: spec.image };
        const before = (await runtime.measureStates([owner])).get(spec.name) ?? -1;
        expect(before).toBeGreaterThanOrEqual(0);
        await ask(endpoint, "/keep?mb=24&mode=700");
        const missing = { ...owner, name: `${spec.name}-none` };
        const after = await runtime.measureStates([owner, missing]);
        expect([...after.keys()]).toEqual([spec.name]);
        expect((after.get(spec.name) ?? 0) - before).toBeGreaterThanOrEqual(24 * 1024 * 1024);
        expect((await runtime.inspect(spec.name))?.state).toBe("running");
        expect((await runtime.list(harness.instanceId)).map(({ name }) => name)).not.toContain(missing.name);
      });

      it("has a size, and some of it is free", async () => {
        const space = await runtime.diskSpace();
        expect(space?.totalBytes).toBeGreaterThan(space?.freeBytes ?? Number.POSITIVE_INFINITY);
        expect(space?.freeBytes).toBeGreaterThan(0);
      });
    });

    describe("what is seen", () => {
      it("is how many processors containers have", async () => {
        expect(await runtime.cores()).toBeGreaterThanOrEqual(1);
      });

      it("tells the exit code of a container that ended by itself", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, "/exit?code=42");
        expect(await exitedState(spec.name)).toMatchObject({ exitCode: 42, wasOutOfMemory: false, endpoint: null });
      });

      it("tells how much of the processors a running container used, which is what tells a busy one from one that stands still", async () => {
        const { spec, endpoint } = await createAndStart();
        const before = (await runtime.cpuTimeMs(spec.name)) ?? Number.NaN;
        expect(before).toBeGreaterThan(0);
        await ask(endpoint, "/be-busy");
        await expect.poll(async () => runtime.cpuTimeMs(spec.name), { timeout: 20_000 }).toBeGreaterThan(before + 100);
        await runtime.stop(spec.name, GRACE_MS);
        expect(await runtime.cpuTimeMs(spec.name)).toBeNull();
        expect(await runtime.cpuTimeMs("mosaic-test-nobody")).toBeNull();
      });

      it("tells the last lines that a container wrote, on both outputs and without colours, and none of one that is gone", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, "/say?text=first");
        await ask(endpoint, "/say?text=second");
        await expect.poll(() => runtime.logs(spec.name, 4), { timeout: 10_000 }).toHaveLength(4);
        const lines = await runtime.logs(spec.name, 4);
        expect(lines.toSorted()).toEqual(["err first", "err second", "out first", "out second"]);
        expect(await runtime.logs(spec.name, 1)).toHaveLength(1);
        expect(await runtime.logs(newSpec().name, 5)).toEqual([]);
      });

      it("reads little of what a container that floods its output wrote, and the newest of it", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, "/flood?megabytes=16");
        await ask(endpoint, "/say?text=last");
        const newest = async (): Promise<string[]> => (await runtime.logs(spec.name, 2_000)).slice(-2).toSorted();
        await expect.poll(newest, { timeout: 15_000 }).toEqual(["err last", "out last"]);
        const lines = await runtime.logs(spec.name, 2_000);
        expect(lines.length).toBeGreaterThan(50);
        expect(lines.join("\n").length).toBeLessThanOrEqual(256 * 1024);
      });

      it("gives a state out as a tar and takes it back under another name, never over one that is there", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, "/write-note?text=remember");
        await runtime.stop(spec.name, GRACE_MS);
        const owner = { name: spec.name, agentId: spec.agentId, image: spec.image };
        const archive = await runtime.exportState(owner);
        const bytes = await buffer(archive ?? Readable.from([]));
        expect(bytes.includes("remember")).toBe(true);
        await expect(runtime.importState(owner, Readable.from([bytes]))).rejects.toMatchObject({ code: "refused" });
        const other = { ...spec, name: newSpec().name };
        expect(await runtime.exportState({ ...owner, name: other.name })).toBeNull();
        await runtime.importState({ ...owner, name: other.name }, Readable.from([bytes]));
        await runtime.create(other);
        const started = await runtime.start(other.name, newToken());
        await expect.poll(() => ask(started.endpoint, "/note").catch(() => null), { timeout: 15_000 }).toMatchObject({ note: "remember" });
      });

      it("tells that a container ran out of memory", async () => {
        const { spec, endpoint } = await createAndStart();
        await ask(endpoint, harness.exhaustPath).catch(() => undefined);
        const seen = await exitedState(spec.name);
        expect(seen).toMatchObject({ wasOutOfMemory: true });
        expect(seen?.exitCode).not.toBe(0);
      });

      it("lists the containers of one installation only, as inspect sees them", async () => {
        const running = await createAndStart();
        const created = newSpec();
        await runtime.create(created);
        const ended = await createAndStart();
        await runtime.stop(ended.spec.name, GRACE_MS);
        const listed = await runtime.list(harness.instanceId);
        for (const spec of [running.spec, created, ended.spec]) {
          expect(listed.find((observation) => observation.name === spec.name)).toEqual(await runtime.inspect(spec.name));
        }
        expect(await runtime.list("another-installation")).toEqual([]);
      });

      it("watch tells of a start, an exit and a removal, until it is aborted", async () => {
        const told: (string | null)[] = [];
        const watching = new AbortController();
        runtime.watch(harness.instanceId, (name) => told.push(name), watching.signal);
        await expect.poll(() => told, { timeout: 10_000 }).toContain(null);
        const { spec, endpoint } = await createAndStart();
        const countOf = () => told.filter((name) => name === spec.name).length;
        await expect.poll(countOf, { timeout: 10_000 }).toBe(1);
        await ask(endpoint, "/exit?code=3");
        await expect.poll(countOf, { timeout: 10_000 }).toBe(2);
        await runtime.remove(spec.name);
        await expect.poll(countOf, { timeout: 10_000 }).toBe(3);
        watching.abort();
        const other = await createAndStart();
        expect(told).not.toContain(other.spec.name);
      });
    });
  });
}
