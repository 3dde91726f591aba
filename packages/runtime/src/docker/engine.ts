import { existsSync } from "node:fs";
import { Agent } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import Docker from "dockerode";
import { RuntimeError } from "../agent-runtime.js";
import { untilAborted } from "../until-aborted.js";
import { toRuntimeError } from "./engine-errors.js";

export const callTimeoutMs = 30_000;

type Request<T> = (docker: Docker, abortSignal: AbortSignal) => Promise<T>;

/** The connection to one Docker engine: every call is bounded, and every fault comes out as a `RuntimeError`. */
export class Engine {
  /** The engine's address as a user would recognise it. */
  readonly where: string;
  /** Reached by a socket of this machine. */
  readonly isLocal: boolean;
  private readonly docker: Docker;
  private readonly closing = new AbortController();

  constructor(host: string | undefined) {
    const address = parseEngineHost(host, localSocket());
    this.where = address.where;
    this.isLocal = "socketPath" in address.options;
    this.docker = new Docker(address.options);
  }

  async call<T>(request: Request<T>, timeoutMs = callTimeoutMs): Promise<T> {
    const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.closing.signal]);
    try {
      // Raced, since dockerode has calls that don't know an abort signal and never settles one whose answer breaks off half-way.
      return await untilAborted(request(this.docker, limit), limit);
    } catch (error) {
      throw toRuntimeError(error, this.where);
    }
  }

  /** Opens a stream that lives until `signal` aborts. Only the wait for its beginning is bounded. */
  async open(request: Request<NodeJS.ReadableStream>, signal: AbortSignal, timeoutMs = callTimeoutMs): Promise<Readable> {
    const connecting = new AbortController();
    const timer = setTimeout(() => connecting.abort(new DOMException("no answer", "TimeoutError")), timeoutMs);
    const limit = AbortSignal.any([signal, connecting.signal, this.closing.signal]);
    try {
      return (await untilAborted(request(this.docker, limit), limit)) as Readable;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw toRuntimeError(error, this.where);
    } finally {
      clearTimeout(timer);
    }
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  get closed(): AbortSignal {
    return this.closing.signal;
  }

  close(): void {
    this.closing.abort(new RuntimeError("unreachable", "Mosaic is shutting down."));
  }
}

interface EngineAddress {
  readonly where: string;
  readonly options: Docker.DockerOptions;
}

/**
 * Reads what DOCKER_HOST may hold. dockerode reads that variable too and mixes it in, which is why every part of the address is given, if
 * only as `undefined`; for `tcp:` it is left to find protocol and certificates (DOCKER_TLS_VERIFY, DOCKER_CERT_PATH) as docker itself does.
 */
export function parseEngineHost(host: string | undefined, defaultSocket: string): EngineAddress {
  const text = host?.trim() || `unix://${defaultSocket}`;
  if (text.startsWith("/")) return socketAddress(text);
  if (text.startsWith("unix://")) return socketAddress(text.slice("unix://".length) || defaultSocket);
  const url = URL.canParse(text.includes("://") ? text : `tcp://${text}`) ? new URL(text.includes("://") ? text : `tcp://${text}`) : null;
  if (url?.hostname && ["tcp:", "http:", "https:"].includes(url.protocol)) {
    const port = Number(url.port || 2375);
    return { where: `${url.hostname}:${port}`, options: { host: url.hostname, port } };
  }
  throw new RuntimeError("refused", `DOCKER_HOST is "${text}": it must be unix:///path/to/docker.sock or tcp://host:port.`);
}

function socketAddress(socketPath: string): EngineAddress {
  const options: Record<string, unknown> = {
    socketPath,
    protocol: "http",
    host: undefined,
    port: undefined,
    // No reuse: a socket kept from before a restart of the engine would fail the first call after it.
    agent: new Agent({ keepAlive: false }),
  };
  return { where: socketPath, options };
}

function localSocket(): string {
  const desktop = join(homedir(), ".docker/run/docker.sock");
  return existsSync(desktop) ? desktop : "/var/run/docker.sock";
}
