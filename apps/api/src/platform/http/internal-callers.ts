import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { AppError } from "../errors/app-error.js";
import { toProblem } from "../errors/problem.filter.js";

/** What one address may take of the internal port. An address behind which several agents have shown their tokens gets as much for each. */
export interface InternalLimits {
  readonly connectionsPerAgent: number;
  readonly requestsAtOncePerAgent: number;
  readonly requestsPerSecondPerAgent: number;
  /** As many may come at once before they are slowed down. */
  readonly burstPerAgent: number;
  /** Of all addresses. */
  readonly connections: number;
}

/** An agent calls models eight at a time, waits for its next configuration and reports; a program of it that leaks connections still has some. */
export const internalLimits: InternalLimits = {
  connectionsPerAgent: 32,
  requestsAtOncePerAgent: 32,
  requestsPerSecondPerAgent: 20,
  burstPerAgent: 100,
  connections: 8_192,
};

/** In the process runtime all agents call from here, and Mosaic itself for its connection tests: only the whole is bounded. */
const ownAddresses: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

interface Caller {
  connections: number;
  requests: number;
  /** Requests that may come at once now; below zero, the next ones wait. */
  allowance: number;
  refilledAtMs: number;
  readonly provenAgents: Set<string>;
}

/** One connection of a caller. */
interface Line {
  readonly caller: Caller;
  openRequests: number;
}

const lineOf = new WeakMap<Socket, Line>();

/** Called once an agent has shown its token: several agents may share one address behind a translation of addresses. */
export function noteProvenAgent(request: IncomingMessage, agentId: string): void {
  lineOf.get(request.socket)?.caller.provenAgents.add(agentId);
}

/** Bounds each address' connections and requests on an internal server, before anything else is done for them. */
export class InternalCallers {
  private readonly callers = new Map<string, Caller>();
  private readonly limits: InternalLimits;

  constructor(limits: InternalLimits = internalLimits) {
    this.limits = limits;
  }

  guard(server: Server): void {
    server.maxConnections = this.limits.connections;
    server.on("connection", (socket: Socket) => this.onConnection(socket));
  }

  /** Lets a request through at once, a little later when its address sends many, or answers 429 when it does not wait for answers. */
  admit(request: IncomingMessage, response: ServerResponse, handle: RequestListener): void {
    const line = lineOf.get(request.socket);
    if (line === undefined) {
      handle(request, response);
      return;
    }
    const { caller } = line;
    const agents = Math.max(1, caller.provenAgents.size);
    if (caller.requests >= this.limits.requestsAtOncePerAgent * agents) {
      refuse(response);
      return;
    }
    line.openRequests++;
    caller.requests++;
    response.once("close", () => release(line, Math.min(1, line.openRequests)));
    const waitMs = this.spend(caller, agents);
    if (waitMs === 0) {
      handle(request, response);
      return;
    }
    const timer = setTimeout(() => handle(request, response), waitMs);
    response.once("close", () => clearTimeout(timer));
  }

  private onConnection(socket: Socket): void {
    const address = socket.remoteAddress;
    if (address === undefined || ownAddresses.has(address)) {
      return;
    }
    const caller = this.callerAt(address);
    if (caller.connections >= this.limits.connectionsPerAgent * Math.max(1, caller.provenAgents.size)) {
      socket.destroy();
      return;
    }
    caller.connections++;
    const line = { caller, openRequests: 0 };
    lineOf.set(socket, line);
    socket.once("close", () => {
      // Answers that were still to come on it are told of nothing.
      release(line, line.openRequests);
      this.onClosed(address, caller);
    });
  }

  private callerAt(address: string): Caller {
    const known = this.callers.get(address);
    if (known !== undefined) {
      return known;
    }
    const caller = {
      connections: 0,
      requests: 0,
      allowance: this.limits.burstPerAgent,
      refilledAtMs: performance.now(),
      provenAgents: new Set<string>(),
    };
    this.callers.set(address, caller);
    return caller;
  }

  /** Forgotten only once it would be allowed everything again, so that coming back at once gains nothing. */
  private onClosed(address: string, caller: Caller): void {
    caller.connections--;
    if (caller.connections > 0) {
      return;
    }
    const refillMs = (this.limits.burstPerAgent / this.limits.requestsPerSecondPerAgent) * 1_000;
    setTimeout(() => {
      if (caller.connections === 0 && this.callers.get(address) === caller) {
        this.callers.delete(address);
      }
    }, refillMs).unref();
  }

  /** How long the request has to wait. */
  private spend(caller: Caller, agents: number): number {
    const perMs = (this.limits.requestsPerSecondPerAgent * agents) / 1_000;
    const nowMs = performance.now();
    caller.allowance = Math.min(this.limits.burstPerAgent * agents, caller.allowance + (nowMs - caller.refilledAtMs) * perMs) - 1;
    caller.refilledAtMs = nowMs;
    return caller.allowance >= 0 ? 0 : Math.ceil(-caller.allowance / perMs);
  }
}

function release(line: Line, count: number): void {
  line.openRequests -= count;
  line.caller.requests -= count;
}

function refuse(response: ServerResponse): void {
  const detail = "Too many requests at once from this address. Wait for the answers to those under way.";
  const body = JSON.stringify(toProblem(new AppError("too_many_requests", { detail })));
  response.writeHead(429, { "content-type": "application/problem+json", "retry-after": "1", connection: "close" }).end(body);
}
