import type { Launch } from "@mosaic/contracts/agent-config";
import { freePortPair } from "@mosaic/testing/free-port";
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";

const supervisor = fileURLToPath(new URL("../dist/supervisor.js", import.meta.url));
const fakeOpenclaw = fileURLToPath(new URL("fake-openclaw.mjs", import.meta.url));
const configRoute = "/api/internal/agent-config/agent-1";

export interface BundleFile {
  root: string;
  path: string;
  content: string;
}

export interface Bundle {
  generation: string;
  files: BundleFile[];
  warmup: { model: string; gatewayToken: string } | null;
  launch?: Launch;
}

export interface Status {
  phase: string;
  generation?: string;
  detail?: string;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Mosaic's internal API as the supervisor sees it, over real HTTP. */
export class FakeApi {
  readonly token = randomBytes(32).toString("base64url");
  readonly statuses: Status[] = [];
  /** Answers to the next bundle requests, before the usual ones. */
  readonly nextAnswers: Answer[] = [];
  bundleRequests = 0;
  /** The ports that were said with them. */
  readonly saidPorts = new Set<string | null>();
  /** Where it said that the software reads its tokens. */
  readonly saidTokens = new Set<string | null>();
  /** What is told with every status; `null`: nothing, as a Mosaic of before. */
  statusAnswer: { readonly isAwaited: boolean } | null = { isAwaited: false };
  bundle: Bundle | null = null;
  private server: Server | null = null;
  private port = 0;

  get configUrl(): string {
    return `http://127.0.0.1:${String(this.port)}${configRoute}`;
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response));
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async close(): Promise<void> {
    const server = this.server;
    this.server = null;
    if (!server) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }

  phases(): string[] {
    return this.statuses.map((status) => status.phase);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.configUrl);
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      response.writeHead(401).end();
    } else if (url.pathname === `${configRoute}/status`) {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      this.statuses.push(JSON.parse(body) as Status);
      if (this.statusAnswer === null) response.writeHead(204).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(this.statusAnswer));
    } else {
      await this.answerBundle(url, request, response);
    }
  }

  private async answerBundle(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.bundleRequests++;
    this.saidPorts.add(url.searchParams.get("port"));
    this.saidTokens.add(url.searchParams.get("tokens"));
    const answer = this.nextAnswers.shift();
    if (answer) return answer(request, response);
    const after = url.searchParams.get("after");
    while (this.server && !response.destroyed && (!this.bundle || this.bundle.generation === after)) {
      if (this.nextAnswers.length > 0) return this.nextAnswers.shift()?.(request, response);
      await sleep(10);
    }
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(this.bundle));
  }
}

/** One agent: its folders, its port, and a supervisor started on them as a runtime driver does. */
export class Agent {
  readonly folder: string;
  readonly port: number;
  readonly softwareDir: string;
  output = "";
  private child: ChildProcessByStdio<Writable, Readable, Readable> | null = null;

  private constructor(folder: string, port: number, softwareDir: string) {
    this.folder = folder;
    this.port = port;
    this.softwareDir = softwareDir;
  }

  /** Runs the fake OpenClaw, or the real one out of `softwareDir`. */
  static async create(softwareDir?: string): Promise<Agent> {
    const folder = await mkdtemp(join(tmpdir(), "supervisor-test-"));
    await mkdir(join(folder, "state"));
    if (softwareDir === undefined) {
      const openclaw = join(folder, "install/node_modules/openclaw");
      await mkdir(openclaw, { recursive: true });
      await copyFile(fakeOpenclaw, join(openclaw, "openclaw.mjs"));
    }
    return new Agent(folder, await freePortPair(), softwareDir ?? join(folder, "install"));
  }

  get stateDir(): string {
    return join(this.folder, "state");
  }

  get runDir(): string {
    return join(this.folder, "run");
  }

  /** Leads a process group of its own, as in the process driver. */
  start(api: FakeApi, env: Record<string, string> = {}): void {
    this.child = spawn(process.execPath, [supervisor], {
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: this.folder,
        MOSAIC_CONFIG_URL: api.configUrl,
        MOSAIC_AGENT_STATE_DIR: this.stateDir,
        MOSAIC_AGENT_RUN_DIR: this.runDir,
        MOSAIC_AGENT_PORT: String(this.port),
        MOSAIC_AGENT_SOFTWARE_DIR: this.softwareDir,
        ...env,
      },
    });
    this.child.stdin.on("error", () => {});
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", (chunk) => (this.output += String(chunk)));
  }

  startWithToken(api: FakeApi, env?: Record<string, string>): void {
    this.start(api, env);
    this.stdin.write(`${api.token}\n`);
  }

  get stdin(): Writable {
    return this.running.stdin;
  }

  get pid(): number {
    return this.running.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.running.kill(signal);
  }

  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  async exitCode(): Promise<number | null> {
    const child = this.running;
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
    return child.exitCode;
  }

  /** The lines that the supervisor printed, parsed, without their times and signatures. */
  lines(): Record<string, unknown>[] {
    return this.output
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const { at: _at, mac: _mac, ...said } = JSON.parse(line) as Record<string, unknown>;
        return said;
      });
  }

  /** What the fake gateway tells about itself. */
  async gateway(): Promise<GatewaySelf> {
    const response = await fetch(`http://127.0.0.1:${String(this.port)}/self`);
    return (await response.json()) as GatewaySelf;
  }

  async remove(): Promise<void> {
    if (this.child?.pid !== undefined) {
      try {
        this.signalGroup("SIGKILL");
      } catch {
        // The whole group is gone already.
      }
      await this.exitCode();
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private get running(): ChildProcessByStdio<Writable, Readable, Readable> {
    if (!this.child) throw new Error("the supervisor was not started");
    return this.child;
  }
}

export interface GatewaySelf {
  pid: number;
  argv: string[];
  env: Record<string, string>;
  config: Record<string, unknown>;
  lastTurn: { headers: Record<string, string>; upstreamStatus: number; answer: string } | null;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
