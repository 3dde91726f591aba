import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import type { AgentRuntime, ContainerObservation, Endpoint } from "../../src/agent-runtime.js";
import type { AgentImage, WorkloadSpec } from "../../src/workload-spec.js";
import { type AgentFacts, factsOf } from "../agent-client.js";

/** What a spec has of its backend. */
export type TestBackend = Pick<WorkloadSpec, "image" | "command" | "environment" | "port" | "mounts"> & Partial<Pick<WorkloadSpec, "user">>;

export const engineBackends = ["plain", "odd", "stranger"] as const;
export type BackendName = (typeof engineBackends)[number];

/** What a driver's test gives to the suite: the driver, two backends that have nothing in common, and ways to act and look behind its back. */
export interface ContractHarness {
  readonly instanceId: string;
  readonly plain: TestBackend;
  /** With another port, other mounts, another command and variables of its own. */
  readonly odd: TestBackend;
  /** Of an image that knows nothing of Mosaic. `null`: the driver has no images. */
  readonly stranger: TestBackend | null;
  /** Where a workload of the backend listens and keeps its state, as it sees it itself. `null`: the driver chooses. */
  placeOf(backend: TestBackend): { readonly port: number | null; readonly stateDir: string | null };
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

const mib = 1024 * 1024;
export const graceMs = 2_000;

export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

interface Started {
  readonly spec: WorkloadSpec;
  readonly token: string;
  readonly endpoint: Endpoint;
  readonly facts: AgentFacts;
}

/** One driver, and what tests of the suite make with it. */
export class ContractWorld {
  private readonly names: string[] = [];
  private opened: ContractHarness | undefined;
  private driver: AgentRuntime | undefined;

  get harness(): ContractHarness {
    if (!this.opened) throw new Error("the harness is not open");
    return this.opened;
  }

  get runtime(): AgentRuntime {
    if (!this.driver) throw new Error("the driver is not open");
    return this.driver;
  }

  async open(openHarness: () => Promise<ContractHarness>): Promise<void> {
    this.opened = await openHarness();
    this.driver = this.opened.open();
    await this.runtime.prepare();
    for (const { image } of [this.harness.plain, this.harness.odd, this.harness.stranger ?? this.harness.plain]) {
      await this.runtime.ensureImage(image, () => undefined, AbortSignal.timeout(150_000));
    }
  }

  backend(name: BackendName): TestBackend {
    const backend = this.harness[name];
    if (backend === null) throw new Error(`this driver has no backend ${name}`);
    return backend;
  }

  async removeAll(): Promise<void> {
    for (const name of this.names.splice(0)) {
      await this.runtime.remove(name).catch(() => undefined);
      await this.runtime.removeState(name).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await this.driver?.close();
    await this.opened?.close();
  }

  newSpec(change: Partial<WorkloadSpec> = {}, backend = this.harness.plain): WorkloadSpec {
    const id = randomBytes(5).toString("hex");
    const spec: WorkloadSpec = {
      name: `mosaic-test-${id}`,
      instanceId: this.harness.instanceId,
      agentId: `agent-${id}`,
      limits: { memoryBytes: 256 * mib, nanoCpus: 1_000_000_000, pids: 64 },
      labels: {},
      tokenBy: "stdin",
      user: 1000,
      isRootReadOnly: true,
      ...backend,
      environment: { MOSAIC_CONFIG_URL: configUrlOf(`agent-${id}`), ...backend.environment },
      ...change,
    };
    this.names.push(spec.name);
    return spec;
  }

  async createAndStart(change: Partial<WorkloadSpec> = {}, backend = this.harness.plain): Promise<Started> {
    const spec = this.newSpec(change, backend);
    const token = newToken();
    await this.runtime.create(spec);
    const { endpoint } = await this.runtime.start(spec.name, token);
    return { spec, token, endpoint, facts: await factsOf(endpoint) };
  }

  async exitedState(name: string): Promise<ContainerObservation | null> {
    await expect.poll(async () => (await this.runtime.inspect(name))?.state, { timeout: 30_000, interval: 50 }).toBe("exited");
    return this.runtime.inspect(name);
  }
}

export function configUrlOf(agentId: string): string {
  return `http://127.0.0.1:9/api/internal/agent-config/${agentId}`;
}
