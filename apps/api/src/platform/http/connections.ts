import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Inject, Injectable } from "@nestjs/common";
import { EDGE_LIMITS, type EdgeLimits } from "./edge-limits.js";
import { networkOf } from "./network.js";
import { rawProblem } from "./raw-problem.js";

interface Connection {
  readonly socket: Socket;
  /** Where it counts as long as nobody has shown who they are; `null`: it is a proxy's, behind which many people are. */
  readonly network: string | null;
  isRecognised: boolean;
  /** Its request has arrived as a whole and its answer has not ended: somebody waits, and not for themselves. */
  isAnswering: boolean;
}

/**
 * The connections of the public port. Those on which nobody has shown a session or token are few per address, and all are bounded in number. At
 * a bound the oldest gives way on which nothing is being answered: what is kept open in order to block others is what ends.
 */
@Injectable()
export class Connections {
  /** In the order in which they came. */
  private readonly all = new Map<Socket, Connection>();
  private readonly strangers = new Map<string, Set<Connection>>();

  constructor(@Inject(EDGE_LIMITS) private readonly limits: EdgeLimits) {}

  /** `isProxy`: the address is one of the operator's own proxies. */
  open(socket: Socket, isProxy: boolean): void {
    const network = isProxy ? null : networkOf((socket.remoteAddress ?? "").replace(/^::ffff:/, ""));
    const connection: Connection = { socket, network, isRecognised: false, isAnswering: false };
    this.all.set(socket, connection);
    const strangers = this.strangersOf(connection);
    strangers?.add(connection);
    socket.once("close", () => this.forget(connection));
    if (strangers !== undefined && strangers.size > this.limits.strangersPerAddress) {
      this.endOldest(strangers, connection, "Too many connections from this address are open.");
    } else if (this.all.size > this.limits.connectionsInAll) {
      this.endOldest(this.all.values(), connection, "Too many connections are open.");
    }
  }

  /** A request has begun. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.all.get(request.socket);
    if (connection === undefined) {
      return;
    }
    const hasBody = request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
    connection.isAnswering = !hasBody;
    request.once("end", () => (connection.isAnswering = !response.closed));
    response.once("close", () => (connection.isAnswering = false));
  }

  /** Somebody has shown who they are. Counted for themselves from now on. */
  recognise(socket: Socket): void {
    const connection = this.all.get(socket);
    if (connection !== undefined && !connection.isRecognised) {
      this.leaveStrangers(connection);
      connection.isRecognised = true;
    }
  }

  /** Whether bytes written to it would get into an answer. */
  isAnswering(socket: Socket): boolean {
    return this.all.get(socket)?.isAnswering === true;
  }

  /** If something is being answered on all others, the new one goes. */
  private endOldest(connections: Iterable<Connection>, newest: Connection, detail: string): void {
    const oldest = firstIdle(connections) ?? newest;
    // Its place is free at once, not only when the other side has read why.
    this.forget(oldest);
    refuse(oldest.socket, detail);
  }

  private forget(connection: Connection): void {
    this.all.delete(connection.socket);
    this.leaveStrangers(connection);
  }

  private strangersOf({ network }: Connection): Set<Connection> | undefined {
    if (network === null) {
      return undefined;
    }
    const strangers = this.strangers.get(network) ?? new Set();
    this.strangers.set(network, strangers);
    return strangers;
  }

  private leaveStrangers(connection: Connection): void {
    const strangers = connection.network === null ? undefined : this.strangers.get(connection.network);
    strangers?.delete(connection);
    if (strangers?.size === 0 && connection.network !== null) {
      this.strangers.delete(connection.network);
    }
  }
}

function firstIdle(connections: Iterable<Connection>): Connection | undefined {
  for (const connection of connections) {
    if (!connection.isAnswering) {
      return connection;
    }
  }
  return undefined;
}

function refuse(socket: Socket, detail: string): void {
  socket.end(rawProblem("too_many_requests", `${detail} Close some of them, or try again in a few seconds.`));
  // Whoever reads nothing would keep it open.
  setTimeout(() => socket.destroy(), 1_000).unref();
}
