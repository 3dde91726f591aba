import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import Docker from "dockerode";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PrepareProgress } from "../src/agent-runtime.js";
import { containerOptions } from "../src/docker/container-options.js";
import { createDockerRuntime, type DockerRuntimeOptions } from "../src/docker/docker-runtime.js";
import type { AgentImage, BuildableImage, WorkloadSpec } from "../src/workload-spec.js";
import { ask, factsOf } from "./agent-client.js";
import { engineBackends, type ContractHarness, type TestBackend } from "./contract/contract-world.js";
import { describeWithDocker } from "./docker-available.js";
import { describeRuntimeContract } from "./runtime-contract.js";

const fixtureImage = fileURLToPath(new URL("./fixture-image", import.meta.url));
const engineSocket = (process.env["DOCKER_HOST"] ?? "").replace(/^unix:\/\//, "") || "/var/run/docker.sock";

const docker = new Docker();
const run = randomBytes(4).toString("hex");
const image: AgentImage = { name: `mosaic-test/fixture-agent:${run}`, buildContext: fixtureImage, installation: null };
const mounts = { state: "/home/node/.plain", run: "/run/mosaic" };
const plain: TestBackend = { image, command: null, environment: {}, port: 18_789, mounts };
const odd: TestBackend = {
  image,
  command: ["node", "/opt/fixture-agent.mjs", "odd"],
  environment: { ODD_SETTING: "a value with blanks" },
  port: 4711,
  mounts: { state: "/srv/odd/state", run: "/run/odd" },
};
const repository = new URL("../../../", import.meta.url);
const lender: BuildableImage = {
  name: `mosaic-test/lender:${run}`,
  buildContext: fileURLToPath(new URL("docker/supervisor", repository)),
  buildParts: {
    "supervisor/package.json": fileURLToPath(new URL("packages/supervisor/package.json", repository)),
    "supervisor/dist/supervisor.js": fileURLToPath(new URL("./fixture-image/fixture-agent.mjs", import.meta.url)),
  },
};
const stranger: TestBackend = {
  image: {
    name: `mosaic-test/stranger:${run}`,
    buildContext: fileURLToPath(new URL("./fixture-stranger", import.meta.url)),
    borrows: { image: lender, path: "/opt/mosaic" },
    installation: null,
  },
  command: [
    "/opt/mosaic/lib/loader",
    "--library-path",
    "/opt/mosaic/lib",
    "/opt/mosaic/bin/node",
    "/opt/mosaic/supervisor/dist/supervisor.js",
    "stranger",
  ],
  environment: {},
  port: 8642,
  mounts: { state: "/srv/stranger/state", run: "/run/stranger" },
  user: 4321,
};
const options: DockerRuntimeOptions = {
  instanceId: `test-${run}`,
  host: process.env["DOCKER_HOST"],
  networkName: `mosaic-test-${run}`,
  bridgeName: `mt${run}`,
};

/** All that any test of this file has made. */
async function removeEverything(): Promise<void> {
  const labels = { label: [`mosaic.instance=${options.instanceId}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters: labels })) await docker.getContainer(Id).remove({ force: true });
  for (const { Name } of (await docker.listVolumes({ filters: labels })).Volumes) await docker.getVolume(Name).remove();
  for (const network of await docker.listNetworks({ filters: { name: [options.networkName ?? ""] } })) {
    await docker.getNetwork(network.Id).remove();
  }
  for (const { name } of [image, stranger.image, lender]) {
    await docker
      .getImage(name)
      .remove({ force: true })
      .catch(() => undefined);
  }
}

async function openHarness(): Promise<ContractHarness> {
  const strangers: string[] = [];
  return {
    instanceId: options.instanceId,
    plain,
    odd,
    stranger,
    placeOf: ({ port, mounts }) => ({ port, stateDir: mounts.state }),
    missingImage: { name: "mosaic-test/no-such-image:1", buildContext: null, installation: null },
    missingImageCode: "image_missing",
    open: () => createDockerRuntime(options),
    openWithoutImage: () => createDockerRuntime(options),
    openUnreachable: () => createDockerRuntime({ ...options, host: "unix:///run/no-such-engine.sock" }),
    async placeForeign(name) {
      const stranger = await docker.createContainer({ name, Image: image.name, Labels: { "mosaic.instance": "someone-else" } });
      strangers.push(stranger.id);
      return async () => (await stranger.inspect()).State.Status === "created";
    },
    async killBehindOurBack(name) {
      await docker.getContainer(name).remove({ force: true });
      return { isGone: true };
    },
    async readEnvironments(name) {
      return JSON.stringify(await docker.getContainer(name).inspect());
    },
    exhaustPath: "/fill-memory",
    async close() {
      for (const id of strangers) await docker.getContainer(id).remove({ force: true });
      await removeEverything();
    },
  };
}

await describeWithDocker("docker runtime", (title) => describeRuntimeContract(title, openHarness, engineBackends));

/** What a line of Perl, which every Debian has, prints within the container. */
async function perl(name: string, program: string): Promise<string> {
  const exec = await docker.getContainer(name).exec({ Cmd: ["perl", "-e", program], AttachStdout: true, AttachStderr: false, Tty: true });
  const stream = await exec.start({ Tty: true });
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text.trim();
}

/** Stands before the real engine's socket and can be taken away like an engine that is stopped. */
class EngineSwitch {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async on(): Promise<void> {
    this.server = createServer((client) => {
      const engine = connect(engineSocket);
      for (const socket of [client, engine]) {
        this.sockets.add(socket);
        socket.on("error", () => undefined).on("close", () => this.sockets.delete(socket));
      }
      client.pipe(engine).pipe(client);
    });
    this.server.listen(this.path);
    await once(this.server, "listening");
  }

  async off(): Promise<void> {
    const closed = this.server?.listening ? once(this.server, "close") : Promise.resolve();
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

await describeWithDocker("docker runtime", (title) => {
  describe(`${title}: what is Docker's own`, () => {
    const runtime = createDockerRuntime(options);
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "mosaic-docker-runtime-"));
      await runtime.prepare();
    });
    afterEach(async () => {
      for (const { name } of await runtime.list(options.instanceId)) await runtime.remove(name);
    });
    afterAll(async () => {
      await runtime.close();
      await removeEverything();
      await rm(folder, { recursive: true, force: true });
    });

    function newSpec(): WorkloadSpec {
      const limits = { memoryBytes: 256 * 1024 * 1024, nanoCpus: 500_000_000, pids: 64 };
      const id = randomBytes(4).toString("hex");
      return {
        name: `mosaic-test-${id}`,
        instanceId: options.instanceId,
        agentId: `agent-${id}`,
        ...plain,
        environment: { MOSAIC_CONFIG_URL: "http://127.0.0.1:9/none" },
        limits,
        labels: { "mosaic.backend": "plain" },
        tokenBy: "stdin",
        user: 1000,
        isRootReadOnly: true,
      };
    }

    async function createAndStart() {
      const spec = newSpec();
      await runtime.create(spec);
      const { endpoint } = await runtime.start(spec.name, randomBytes(32).toString("base64url"));
      return { spec, endpoint, facts: await factsOf(endpoint) };
    }

    it("builds an image that no registry has, once for all who ask, and tells how far it is", async () => {
      const told: PrepareProgress[][] = [[], []];
      await Promise.all(told.map((list) => runtime.ensureImage(image, (progress) => list.push(progress), AbortSignal.timeout(150_000))));
      for (const list of told) {
        expect(new Set(list.map((progress) => progress.stage))).toEqual(new Set(["building"]));
        const percents = list.map((progress) => progress.percent ?? 0);
        expect(percents).toEqual(percents.toSorted((a, b) => a - b));
        expect(Math.max(...percents)).toBeGreaterThan(50);
      }
      expect(await runtime.hasImage(image)).toBe(true);
    });

    it("keeps io_uring and new namespaces from agents, whatever the engine allows by default", async () => {
      const { spec } = await createAndStart();
      // Numbers that are the same on x86-64 and arm64. io_uring_setup and pidfd_getfd: allowed, both fail otherwise.
      for (const call of ["425, 1, 0", "438, -1, -1, 0"]) {
        expect(await perl(spec.name, `syscall(${call}); print $! + 0`)).toBe("1");
      }
      expect(await perl(spec.name, "system('unshare', '-U', 'true'); print $? >> 8")).not.toBe("0");
      expect(await perl(spec.name, "print system('true')")).toBe("0");
    });

    it("lists no helper as an agent's container; one at work stays, and one that a killed process left is removed", async () => {
      const helper = await docker.createContainer({ Image: image.name, Labels: { "mosaic.instance": options.instanceId } });
      expect((await runtime.list(options.instanceId)).filter(({ agentId }) => agentId === "")).toEqual([]);
      expect((await helper.inspect()).State.Status).toBe("created");
      const later = createDockerRuntime({ ...options, longestHelpMs: 0 });
      expect((await later.list(options.instanceId)).filter(({ agentId }) => agentId === "")).toEqual([]);
      await expect
        .poll(async () => helper.inspect().catch((error: unknown) => error), { timeout: 10_000 })
        .toMatchObject({ statusCode: 404 });
      await later.close();
    });

    it("measures the others when an image can't measure its own, and says why when there are no others", async () => {
      const [one, other] = [await createAndStart(), await createAndStart()];
      const shellless = `mosaic-test/no-shell:${run}`;
      // A tar without anything in it.
      const imported = await docker.importImage(Readable.from([Buffer.alloc(1024)]), { repo: "mosaic-test/no-shell", tag: run });
      await once(imported.resume(), "end");
      try {
        const ownerOf = ({ spec }: typeof one, name: string) => ({ ...spec, image: { name, buildContext: null, installation: null } });
        const broken = ownerOf(other, shellless);
        expect([...(await runtime.measureStates([broken, ownerOf(one, image.name)])).keys()]).toEqual([one.spec.name]);
        await expect(runtime.measureStates([broken])).rejects.toMatchObject({
          code: "refused",
          detail: expect.stringContaining("/bin/sh"),
        });
      } finally {
        await docker.getImage(shellless).remove({ force: true });
      }
    });

    it("measures what an agent hides from its own user, and leaves no container behind", async () => {
      const { spec, endpoint } = await createAndStart();
      await ask(endpoint, "/keep?mb=24&mode=0");
      const sizes = await runtime.measureStates([{ name: spec.name, agentId: spec.agentId, image: spec.image }]);
      expect(sizes.get(spec.name)).toBeGreaterThanOrEqual(24 * 1024 * 1024);
      const all = await docker.listContainers({ all: true, filters: { label: [`mosaic.instance=${options.instanceId}`] } });
      expect(all.flatMap(({ Names }) => Names).filter((name) => name.includes("measure"))).toEqual([]);
    });

    it("hardens every container", async () => {
      const { spec } = await createAndStart();
      const info = await docker.getContainer(spec.name).inspect();
      expect(info.Config).toMatchObject({ Hostname: spec.name, User: "1000:1000", OpenStdin: true, StdinOnce: true, Tty: false });
      expect(info.Config.Labels).toMatchObject({ "mosaic.instance": options.instanceId, "mosaic.agent": spec.agentId });
      expect(info.Config.Labels["mosaic.spec"]).toMatch(/^[0-9a-f]{32}$/);
      expect(info.HostConfig).toMatchObject({
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges", expect.stringMatching(/^seccomp=\{/) as string],
        ReadonlyRootfs: true,
        Privileged: false,
        Memory: spec.limits.memoryBytes,
        MemorySwap: spec.limits.memoryBytes,
        NanoCpus: spec.limits.nanoCpus,
        PidsLimit: spec.limits.pids,
        Init: true,
        NetworkMode: options.networkName,
        PublishAllPorts: false,
        RestartPolicy: { Name: "no" },
        LogConfig: { Type: "local", Config: { "max-size": "1m", "max-file": "1" } },
      });
      for (const empty of ["CapAdd", "Binds", "Devices", "VolumesFrom", "PortBindings"] as const) {
        expect(Object.keys(info.HostConfig[empty] ?? {})).toEqual([]);
      }
      for (const path of ["/tmp", "/run/mosaic"]) {
        expect(info.HostConfig.Tmpfs?.[path]).toMatch(/^rw,noexec,nosuid,nodev,mode=0700,uid=1000,gid=1000,size=\d+$/);
      }
      expect(info.Mounts.map(({ Type, Name, Destination }) => ({ Type, Name, Destination }))).toEqual([
        { Type: "volume", Name: `${spec.name}-state`, Destination: "/home/node/.plain" },
      ]);
      expect(Object.keys(info.NetworkSettings.Networks)).toEqual([options.networkName]);
      expect(
        Object.values(info.NetworkSettings.Ports ?? {})
          .flat()
          .filter(Boolean),
      ).toEqual([]);
    });

    it("adopts what the release before made, which has fewer labels, and replaces what it made of another spec, once", async () => {
      const spec = newSpec();
      await runtime.create(spec);
      await runtime.remove(spec.name);
      const made = containerOptions(spec, options.networkName ?? "");
      const { "mosaic.port": _port, "mosaic.backend": _backend, ...Labels } = made.Labels ?? {};
      const { id } = await docker.createContainer({ ...made, Labels });
      const { endpoint } = await runtime.start(spec.name, "token");
      await factsOf(endpoint);
      await ask(endpoint, "/write-note?text=kept");
      expect(endpoint.port).toBe(spec.port);
      expect(await runtime.list(options.instanceId)).toContainEqual(await runtime.inspect(spec.name));
      await runtime.create(spec);
      expect(await runtime.start(spec.name, "another")).toEqual({ endpoint, wasRunning: true });
      const idOf = async () => (await docker.getContainer(spec.name).inspect()).Id;
      expect(await idOf()).toBe(id);

      const changed = { ...spec, port: spec.port + 1 };
      await runtime.create(changed);
      const replaced = await idOf();
      expect(replaced).not.toBe(id);
      const again = await runtime.start(spec.name, "token");
      await factsOf(again.endpoint);
      expect(await ask(again.endpoint, "/note")).toEqual({ note: "kept" });
      await runtime.create(changed);
      expect(await idOf()).toBe(replaced);
    });

    it("lets an agent write to its state and its memory, and nowhere else", async () => {
      const { endpoint, facts } = await createAndStart();
      expect(facts.uid).toBe(1000);
      const tryWrite = async (path: string) => (await ask<{ error: string | null }>(endpoint, `/try-write?path=${path}`)).error;
      for (const path of ["/home/node/.plain/x", "/tmp/x", "/run/mosaic/x"]) expect(await tryWrite(path)).toBeNull();
      for (const path of ["/opt/x", "/home/node/x", "/x"]) expect(await tryWrite(path)).toMatch(/^(EROFS|EACCES)$/);
    });

    it("keeps agents from reaching each other", async () => {
      const [first, second] = [await createAndStart(), await createAndStart()];
      const address = `http://${second.endpoint.host}:${second.endpoint.port}/facts`;
      expect(await ask(first.endpoint, `/fetch?url=${encodeURIComponent(address)}`)).toMatchObject({ error: expect.any(String) });
    });

    it("starts a container whose network was pruned meanwhile", async () => {
      const { spec } = await createAndStart();
      await runtime.stop(spec.name, 2_000);
      await docker.getNetwork(options.networkName ?? "").remove();
      const { endpoint } = await runtime.start(spec.name, "token");
      expect(await factsOf(endpoint)).toMatchObject({ hostname: spec.name });
    });

    it("refuses a network of its name on which agents could reach each other", async () => {
      const networkName = `${options.networkName}-open`;
      const network = await docker.createNetwork({ Name: networkName, Driver: "bridge" });
      try {
        const careful = createDockerRuntime({ ...options, networkName, bridgeName: `mo${run}` });
        await expect(careful.prepare()).rejects.toMatchObject({ name: "RuntimeError", code: "name_taken" });
      } finally {
        await network.remove();
      }
    });

    it("says what to do when an image can't be had", async () => {
      const attempt = runtime.ensureImage(
        { name: "mosaic-test/no-such-image:1", buildContext: null, installation: null },
        () => undefined,
        AbortSignal.timeout(60_000),
      );
      await expect(attempt).rejects.toThrow(/mosaic-test\/no-such-image:1.*node scripts\/images\.mjs/s);
      const spec = { ...newSpec(), image: { name: "mosaic-test/no-such-image:1", buildContext: null, installation: null } };
      await expect(runtime.create(spec)).rejects.toMatchObject({ code: "image_missing" });
    });

    it("never asks a registry for an image that ships with Mosaic, or that is called as if", async () => {
      const buildContext = await mkdtemp(join(tmpdir(), "mosaic-no-dockerfile-"));
      const seen: string[] = [];
      const images: AgentImage[] = [
        { name: "mosaic-test/shipped:1", buildContext, installation: null },
        { name: "mosaic/nobody-made-it:1", buildContext: null, installation: null },
      ];
      for (const each of images) {
        const attempt = runtime.ensureImage(each, ({ stage }) => void seen.push(stage), AbortSignal.timeout(60_000));
        await expect(attempt).rejects.toMatchObject({ code: "image_missing" });
      }
      expect(seen).not.toContain("pulling");
      await rm(buildContext, { recursive: true });
    });

    it("recovers by itself when the engine was away, and says that events may have been missed", async () => {
      const engine = new EngineSwitch(join(folder, "engine.sock"));
      await engine.on();
      const other = createDockerRuntime({ ...options, host: `unix://${engine.path}` });
      const watching = new AbortController();
      const told: (string | null)[] = [];
      other.watch(options.instanceId, (name) => told.push(name), watching.signal);
      try {
        await expect.poll(() => told, { timeout: 10_000 }).toEqual([null]);
        await engine.off();
        expect(await other.check()).toMatchObject({ isReachable: false, detail: expect.stringContaining(engine.path) });
        await expect(other.list(options.instanceId)).rejects.toMatchObject({ code: "unreachable" });
        await engine.on();
        expect(await other.check()).toMatchObject({ isReachable: true });
        await expect.poll(() => told, { timeout: 15_000 }).toEqual([null, null]);
        const { spec } = await createAndStart();
        await expect.poll(() => told, { timeout: 10_000 }).toContain(spec.name);
      } finally {
        watching.abort();
        await other.close();
        await engine.off();
      }
    });

    it("gives a hung engine 5 s to be checked", async () => {
      const hung = createServer(() => undefined);
      const path = join(folder, "hung.sock");
      hung.listen(path);
      await once(hung, "listening");
      const other = createDockerRuntime({ ...options, host: `unix://${path}` });
      const startedAt = performance.now();
      expect(await other.check()).toMatchObject({ isReachable: false, detail: expect.stringContaining("did not answer in time") });
      expect(performance.now() - startedAt).toBeLessThan(6_500);
      await other.close();
      hung.close();
    });
  });
});
