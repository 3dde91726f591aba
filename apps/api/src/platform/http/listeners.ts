import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ProblemCode } from "@mosaic/contracts/problem";
import { Injectable } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import type { Express, NextFunction, Request, Response } from "express";
import { AppError } from "../errors/app-error.js";
import { Connections } from "./connections.js";
import { InternalCallers } from "./internal-callers.js";
import { rawProblem } from "./raw-problem.js";

const internalRequests = new WeakSet<IncomingMessage>();

/** Whether a request came in on the internal port. */
export function isInternalRequest(request: IncomingMessage): boolean {
  return internalRequests.has(request);
}

/** Paths that exist on the internal port only; all others exist on the public port only. */
const internalPath = /^\/api\/internal(\/|$)/i;

/** Makes each port answer 404 to what belongs to the other. */
export function separatePorts(request: Request, _response: Response, next: NextFunction): void {
  if (internalPath.test(request.path) === isInternalRequest(request)) {
    next();
    return;
  }
  next(new AppError("not_found"));
}

/** A browser's cookies and a long address fit many times. */
const maxHeaderBytes = 16 * 1024;
const headersTimeoutMs = 15_000;
/** The largest file over a line of half a megabit a second. */
const longestRequestMs = 10 * 60_000;
/** How often Node looks for those who take too long. */
const checkEveryMs = 5_000;
/** How often a server that closes looks for connections that nobody uses any more. */
const idleSweepMs = 50;

/** What Node says of what it can't read, and what we say. */
const unreadable: Readonly<Record<string, readonly [ProblemCode, string]>> & { readonly else: readonly [ProblemCode, string] } = {
  HPE_HEADER_OVERFLOW: [
    "headers_too_large",
    `The request's headers are larger than ${maxHeaderBytes / 1024} kB. Delete this site's cookies in your browser, and try again.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["body_too_slow", "The request did not arrive in time. Send it again."],
  else: ["malformed_body", "This is not HTTP that Mosaic understands."],
};

/** The servers that share the application's handler: one public, any number of internal ones, added as networks appear. */
@Injectable()
export class Listeners {
  private readonly servers = new Map<string, Server>();
  private readonly ending = new AbortController();
  private readonly internalCallers = new InternalCallers();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly connections: Connections,
  ) {
    // Every answer that waits hears it, and there may be many.
    setMaxListeners(0, this.ending.signal);
  }

  /** Aborts as soon as Mosaic stops: what waits or streams without an end of its own ends itself then. */
  get closing(): AbortSignal {
    return this.ending.signal;
  }

  /** Idempotent per address. Rejects with the system's error (EADDRINUSE …). Tells the port, for port 0. */
  async listen(kind: "public" | "internal", host: string, port: number): Promise<number> {
    const key = `${kind} ${host}:${port}`;
    const existing = this.servers.get(key);
    if (existing !== undefined) {
      return (existing.address() as AddressInfo).port;
    }
    const server = kind === "public" ? this.createPublic() : this.createInternal();
    // A file may take long to come. Whoever reads a body bounds its time, and what nobody reads is cut off after its answer.
    server.requestTimeout = kind === "public" ? longestRequestMs : 60_000;
    server.headersTimeout = headersTimeoutMs;
    server.keepAliveTimeout = 65_000;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    this.servers.set(key, server);
    return (server.address() as AddressInfo).port;
  }

  private createInternal(): Server {
    const handle = this.adapterHost.httpAdapter.getInstance<RequestListener>();
    const server = createServer({ connectionsCheckingInterval: checkEveryMs }, (request, response) => {
      internalRequests.add(request);
      this.internalCallers.admit(request, response, handle);
    });
    this.internalCallers.guard(server);
    return server;
  }

  private createPublic(): Server {
    const app = this.adapterHost.httpAdapter.getInstance<Express>();
    const isProxy = app.get("trust proxy fn") as (address: string, hop: number) => boolean;
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      this.connections.begin(request, response);
      app(request, response);
    };
    const server = createServer({ connectionsCheckingInterval: checkEveryMs, maxHeaderSize: maxHeaderBytes }, handle);
    // Whoever asks before they send a body is told to go on when it is read, and not before.
    server.on("checkContinue", handle);
    server.on("connection", (socket) => this.connections.open(socket, isProxy(socket.remoteAddress ?? "", 0)));
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => this.refuse(error.code, socket));
    return server;
  }

  /** What can't be read as a request is answered in words all the same. */
  private refuse(code: string | undefined, socket: Socket): void {
    if (socket.destroyed || !socket.writable || code === "ECONNRESET" || this.connections.isAnswering(socket)) {
      socket.destroy();
      return;
    }
    const [problem, detail] = unreadable[code ?? ""] ?? unreadable.else;
    socket.end(rawProblem(problem, detail));
    setTimeout(() => socket.destroy(), 1_000).unref();
  }

  /** Stops accepting, gives requests under way `graceMs`, then cuts them. */
  async close(graceMs: number): Promise<void> {
    this.ending.abort();
    const servers = [...this.servers.values()];
    this.servers.clear();
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    const cut = setTimeout(() => {
      for (const server of servers) {
        server.closeAllConnections();
      }
    }, graceMs);
    const closeIdle = (): void => {
      for (const server of servers) {
        server.closeIdleConnections();
      }
    };
    closeIdle();
    // A stream that ends because of this leaves its connection behind, which nobody would use again.
    const sweep = setInterval(closeIdle, idleSweepMs);
    await Promise.all(closed);
    clearInterval(sweep);
    clearTimeout(cut);
  }
}
