import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../apps/api/dist/main.js", import.meta.url));
const startTimeoutMs = 30_000;

export interface MosaicOptions {
  readonly databaseUrl: string;
  readonly secretKey: string;
  readonly port: number;
  readonly stateDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

type StartMessage = { type: "ready"; url: string; setupUrl?: string } | { type: "failed"; message: string };

/** The real Mosaic server as a child process, as the launcher runs it. It can be stopped, killed and started again on the same state. */
export class MosaicProcess {
  readonly options: MosaicOptions;
  /** Everything that it wrote, over all its lives. */
  output = "";
  url = "";
  setupUrl: string | undefined;
  private child: ChildProcess | undefined;

  constructor(options: MosaicOptions) {
    this.options = options;
  }

  /** Resolves once it is ready; rejects with its own words when it refuses to start. */
  async start(): Promise<void> {
    const { databaseUrl, secretKey, port, stateDir, env } = this.options;
    const child = fork(entry, [], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...inherited(),
        DATABASE_URL: databaseUrl,
        MOSAIC_SECRET_KEY: secretKey,
        PORT: String(port),
        MOSAIC_STATE_DIR: stateDir,
        LOG_LEVEL: "debug",
        ...env,
      },
    });
    this.child = child;
    child.stdout?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    const message = await firstMessage(child);
    if (message.type === "failed") {
      throw new Error(message.message);
    }
    this.url = message.url;
    this.setupUrl = message.setupUrl;
  }

  /** Of the server as it runs now; 0 while it does not. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Asks it to stop, as Ctrl-C does. Resolves with the milliseconds that it took. */
  async stop(): Promise<number> {
    const startedAt = performance.now();
    await this.end("SIGTERM");
    return performance.now() - startedAt;
  }

  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}

/** Of this process' environment only what a server needs to find its tools and trust its network. */
function inherited(): NodeJS.ProcessEnv {
  const names =
    /^(PATH|HOME|LANG|TZ|TMPDIR|DOCKER_HOST|XDG_RUNTIME_DIR|MOSAIC_OPENCLAW_DIR|npm_execpath|.*CA_(FILE|CERTS|BUNDLE)|SSL_CERT_.*|https?_proxy|no_proxy)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)));
}

async function firstMessage(child: ChildProcess): Promise<StartMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("Mosaic did not get ready in time")), startTimeoutMs);
    child.once("message", (message: StartMessage) => {
      clearTimeout(timer);
      resolve(message);
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`Mosaic ended with code ${code} before it was ready`));
    });
  });
}

/** An address of this machine that containers reach too, unlike loopback. */
export function machineAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const address = addresses.find((candidate) => candidate.family === "IPv4" && !candidate.internal);
  if (address === undefined) {
    throw new Error("this machine has no address but loopback");
  }
  return address.address;
}
