import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@mosaic/testing/free-port";
import { openclawLaunch } from "@mosaic/agent-backends/openclaw-launch";
import type { ContainerObservation, Endpoint } from "@mosaic/runtime/agent-runtime";
import { InMemoryDriver } from "./in-memory-driver.js";
import { InMemoryEngine } from "./in-memory-runtime.js";

const script = fileURLToPath(new URL("own-entrypoint.sh", import.meta.url));

/** An engine whose containers are child processes of an entrypoint that is not Mosaic's: it fetches its configuration by itself and reports nothing. */
export class OwnEntrypointEngine extends InMemoryEngine {
  /** What all of them said, for a test that fails. */
  output = "";
  private child: ChildProcess | null = null;

  constructor(
    readonly stateRoot: string,
    private readonly softwareDir: string,
  ) {
    super();
    // OpenClaw works all through its start, and nobody else tells that.
    this.faults.isBusy = true;
  }

  override driver(): InMemoryDriver {
    return new OwnEntrypointDriver(this);
  }

  get isRunning(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  get exitCode(): number | null {
    return this.child?.exitCode ?? null;
  }

  /** In a process group of its own, so that all of it can be ended. */
  run(name: string, configUrl: string, token: string, port: number): void {
    const state = join(this.stateRoot, "agents", name, "state");
    const run = join(this.stateRoot, "run");
    const words: Readonly<Record<string, string>> = { "{run}": run, "{state}": state };
    const flags = Object.entries(openclawLaunch.env).map(([flag, value]) => [
      flag,
      value.replaceAll(/\{\w+\}/g, (word) => words[word] ?? word),
    ]);
    this.child = spawn("/bin/sh", [script], {
      detached: true,
      cwd: this.stateRoot,
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
        HOME: this.stateRoot,
        TMPDIR: this.stateRoot,
        XDG_CACHE_HOME: join(this.stateRoot, "cache"),
        NODE_COMPILE_CACHE: join(this.stateRoot, "compile-cache"),
        MOSAIC_CONFIG_URL: configUrl,
        MOSAIC_AGENT_STATE_DIR: state,
        MOSAIC_AGENT_RUN_DIR: run,
        MOSAIC_AGENT_PORT: String(port),
        MOSAIC_AGENT_SOFTWARE_DIR: this.softwareDir,
        ...Object.fromEntries(flags),
      },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (data: Buffer) => (this.output += data.toString()));
    }
    this.child.stdin?.end(`${token}\n`);
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined || !this.isRunning) {
      return;
    }
    const exited = once(child, "exit");
    process.kill(-child.pid, "SIGKILL");
    await exited;
  }

  override async close(): Promise<void> {
    await this.kill();
    await super.close();
  }
}

class OwnEntrypointDriver extends InMemoryDriver {
  private endpoint: Endpoint | null = null;

  constructor(private readonly own: OwnEntrypointEngine) {
    super(own, true);
  }

  override async start(name: string, token: string): Promise<{ endpoint: Endpoint; wasRunning: boolean }> {
    const container = this.own.containers.get(name);
    const endpoint = { host: "127.0.0.1", port: await freePort() };
    this.own.run(name, container?.spec.environment["MOSAIC_CONFIG_URL"] ?? "", token, endpoint.port);
    Object.assign(container ?? {}, { state: "running", exitCode: null });
    this.endpoint = endpoint;
    return { endpoint, wasRunning: false };
  }

  override async stop(name: string, graceMs: number): Promise<void> {
    await this.own.kill();
    await super.stop(name, graceMs);
  }

  override async inspect(name: string): Promise<ContainerObservation | null> {
    const observation = await super.inspect(name);
    return observation === null ? null : this.seen(observation);
  }

  override async list(instanceId: string): Promise<ContainerObservation[]> {
    return (await super.list(instanceId)).map((observation) => this.seen(observation));
  }

  private seen(observation: ContainerObservation): ContainerObservation {
    return this.own.isRunning
      ? { ...observation, state: "running", endpoint: this.endpoint }
      : { ...observation, state: "exited", endpoint: null, exitCode: this.own.exitCode };
  }
}
