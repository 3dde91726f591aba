import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Injectable } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import type { NextFunction, Request, Response } from "express";
import { AppError } from "../errors/app-error.js";
import { InternalCallers } from "./internal-callers.js";

const internalRequests = new WeakSet<IncomingMessage>();

/** Whether a request came in on the internal port. */
export function isInternalRequest(request: IncomingMessage): boolean {
  return internalRequests.has(request);
}

/** Paths that exist on the internal port only; all others exist on the public port only. */
const internalPath = /^\/(api\/internal|demo)(\/|$)/i;

/** Makes each port answer 404 to what belongs to the other. */
export function separatePorts(request: Request, _response: Response, next: NextFunction): void {
  if (internalPath.test(request.path) === isInternalRequest(request)) {
    next();
    return;
  }
  next(new AppError("not_found"));
}

/** The servers that share the application's handler: one public, any number of internal ones, added as networks appear. */
@Injectable()
export class Listeners {
  readonly #servers = new Map<string, Server>();
  readonly #closing = new AbortController();
  readonly #internalCallers = new InternalCallers();

  constructor(private readonly adapterHost: HttpAdapterHost) {
    // Every answer that waits hears it, and there may be many.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Aborts as soon as Mosaic stops: what waits or streams without an end of its own ends itself then. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Idempotent per address. Rejects with the system's error (EADDRINUSE …). Tells the port, for port 0. */
  async listen(kind: "public" | "internal", host: string, port: number): Promise<number> {
    const key = `${kind} ${host}:${port}`;
    const existing = this.#servers.get(key);
    if (existing !== undefined) {
      return (existing.address() as AddressInfo).port;
    }
    const handle = this.adapterHost.httpAdapter.getInstance<RequestListener>();
    const server = createServer((request, response) => {
      if (kind === "internal") {
        internalRequests.add(request);
        this.#internalCallers.admit(request, response, handle);
        return;
      }
      handle(request, response);
    });
    if (kind === "internal") {
      this.#internalCallers.guard(server);
    }
    // A waiting supervisor and a streaming turn are quiet for long; slow senders are still cut.
    server.requestTimeout = 60_000;
    server.headersTimeout = 20_000;
    server.keepAliveTimeout = 65_000;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    this.#servers.set(key, server);
    return (server.address() as AddressInfo).port;
  }

  /** Stops accepting, gives requests under way `graceMs`, then cuts them. */
  async close(graceMs: number): Promise<void> {
    this.#closing.abort();
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    const cut = setTimeout(() => {
      for (const server of servers) {
        server.closeAllConnections();
      }
    }, graceMs);
    for (const server of servers) {
      server.closeIdleConnections();
    }
    await Promise.all(closed);
    clearTimeout(cut);
  }
}
