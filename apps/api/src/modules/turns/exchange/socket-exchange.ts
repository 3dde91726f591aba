import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayDialogue, GatewaySocket } from "@mosaic/agent-backends/agent-backend";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";
import { WebSocket, type RawData } from "ws";
import type { TurnEnding } from "../turn-outcome.js";
import { GatewayUnreachableError, type ExchangeListener, type ExchangeRequest } from "./exchange.js";
import { connectTimeoutMs } from "./http-exchange.js";

/** A connection that broke in the middle of a turn is made again, since the turn goes on at the gateway. */
const reconnectAfterMs = [250, 1_000];
/** A gateway that has just come up, or is about to end, takes no message for a moment. */
const askBusyAgainAfterMs = [250, 500, 1_000, 2_000, 4_000];
/** Of one turn, with a gateway that takes each and ends it again. */
const maxConnections = 100;
/** How much this process reads of one agent. An agent may send without end what nobody asked for, and reading it costs all the others. */
const maxBytesPerSecond = 8 * 1024 * 1024;
const maxFramesPerSecond = 1_000;
/** How long the gateway may take to end a connection that is done. */
const closePatienceMs = 2_000;

/** How long is tried to have a turn stopped that nobody waits for. */
const stopPatienceMs = 5_000;

type Conversed = TurnEnding | "lost" | "stranger" | "unfit" | "busy";

interface Connection {
  readonly ending: Conversed;
  /** On this connection the gateway said that it has the message. */
  readonly isTaken: boolean;
}

/**
 * Has one turn answered over the gateway's WebSocket. Rejects with `GatewayUnreachableError`, or with the signal's reason; an abort ends the turn at
 * the gateway too. `unreachable`: another gateway listens there by now, or it has another start's token. `unfit`: it lets nobody in this way.
 */
export async function exchangeOverSocket(
  socket: GatewaySocket,
  request: ExchangeRequest,
  listener: ExchangeListener,
): Promise<TurnEnding | "unreachable" | "unfit"> {
  const state: ExchangeState = { hasMessage: request.said !== null, isStopTold: false };
  try {
    return await exchange(socket, request, { listener, state });
  } catch (error) {
    if (request.signal.aborted && !request.goesOn() && state.hasMessage && !state.isStopTold) {
      // It was ended between two connections, and the gateway works on.
      void stopOverSocket(socket, request);
    }
    throw error;
  }
}

/** Has a gateway end a turn that nobody here follows. Never rejects; a gateway that can't be reached is left alone. */
export async function stopOverSocket(
  socket: GatewaySocket,
  { running, session, turnId }: Pick<ExchangeRequest, "running" | "session" | "turnId">,
): Promise<void> {
  const found = new AbortController();
  const signal = AbortSignal.any([found.signal, AbortSignal.timeout(stopPatienceMs)]);
  const request = { running, session, turnId, text: "", images: [], said: "", mayBeThere: false, signal, goesOn: () => false };
  const listener = { onTaken: () => found.abort(), onEvents: () => null };
  await exchange(socket, request, { listener, state: { hasMessage: true, isStopTold: false } }).catch(() => undefined);
}

interface ExchangeState {
  /** The gateway said that it has the message, on whatever connection. */
  hasMessage: boolean;
  isStopTold: boolean;
}

async function exchange(
  socket: GatewaySocket,
  { running, session, turnId, text, images, said, mayBeThere, signal, goesOn }: ExchangeRequest,
  { listener, state }: { readonly listener: ExchangeListener; readonly state: ExchangeState },
): Promise<TurnEnding | "unreachable" | "unfit"> {
  const dialogue = socket.open({ gatewayToken: running.gatewayToken, session, turnId, text, images, said, mayBeThere });
  let attempts = 0;
  let busy = 0;
  for (let connections = 1; attempts <= reconnectAfterMs.length && connections <= maxConnections; connections += 1) {
    await sleep(attempts === 0 ? 0 : reconnectAfterMs[attempts - 1], undefined, { signal }).catch(() => signal.throwIfAborted());
    const { ending, isTaken } = await converse({ socket, endpoint: running.endpoint, dialogue, signal, goesOn, listener, state });
    if (ending === "stranger" && state.hasMessage) {
      break;
    }
    if (ending === "busy") {
      const pauseMs = askBusyAgainAfterMs[busy];
      if (pauseMs === undefined) {
        break;
      }
      busy += 1;
      await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      dialogue.reopen();
      continue;
    }
    // It lets Mosaic in, as it did before, once it is up again. To go another way would run the message twice.
    const isLost = ending === "lost" || (ending === "unfit" && state.hasMessage);
    if (!isLost) {
      return ending === "stranger" ? "unreachable" : ending;
    }
    if (!state.hasMessage) {
      throw new GatewayUnreachableError("the gateway did not take the message");
    }
    attempts = isTaken ? 1 : attempts + 1;
    dialogue.reopen();
  }
  return listener.onEvents(dialogue.close()) ?? { kind: "complete" };
}

interface Conversation {
  readonly socket: GatewaySocket;
  readonly endpoint: Endpoint;
  readonly dialogue: GatewayDialogue;
  readonly signal: AbortSignal;
  readonly goesOn: () => boolean;
  readonly listener: ExchangeListener;
  readonly state: ExchangeState;
}

/** One connection's part of the turn. `lost`: it ended before the turn did. */
async function converse({ socket, endpoint, dialogue, signal, goesOn, listener, state }: Conversation): Promise<Connection> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Conversed>();
  const connection = openSocket(socket, endpoint);
  const pace = new Pace(connection);
  let isTaken = false;
  let isOver = false;
  const read = (data: RawData): void => {
    const frame = (data as Buffer).toString();
    pace.read(frame.length);
    const step = dialogue.receive(frame);
    for (const each of step.send) {
      connection.send(each);
    }
    if (step.stage === "taken" && !isTaken) {
      isTaken = true;
      state.hasMessage = true;
      listener.onTaken();
    }
    if (step.stage === "stranger" || step.stage === "unfit" || step.stage === "busy") {
      resolve(step.stage);
      return;
    }
    const ending = step.isHeard || step.events.length > 0 ? listener.onEvents(step.events) : null;
    if (ending !== null) {
      resolve(ending);
    }
  };
  connection.on("message", (data) => {
    // What comes to a turn that has ended here is not told any more.
    if (isOver) {
      return;
    }
    try {
      read(data);
    } catch (error) {
      reject(error instanceof Error ? error : new Error("a frame could not be read"));
    }
  });
  answerPings(connection, pace);
  connection.on("unexpected-response", (request, { statusCode }) => {
    request.destroy();
    resolve(statusCode === 401 ? "stranger" : "unfit");
  });
  connection.on("error", () => undefined);
  connection.on("close", () => resolve("lost"));
  const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("the turn was ended"));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return { ending: await promise, isTaken };
  } finally {
    isOver = true;
    signal.removeEventListener("abort", onAbort);
    pace.end();
    const last = signal.aborted && goesOn() ? [] : dialogue.stop();
    state.isStopTold = leave(connection, last) && last.length > 0;
  }
}

/** Not to who asks without an end: the answers would be held here. */
function answerPings(connection: WebSocket, pace: Pace): void {
  connection.on("ping", (data) => {
    if (pace.read(0)) {
      connection.pong(data);
    }
  });
}

export function openSocket({ path, maxFrameBytes }: GatewaySocket, { host, port }: Endpoint): WebSocket {
  const name = host.includes(":") ? `[${host}]` : host;
  return new WebSocket(`ws://${name}:${port}${path}`, {
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    autoPong: false,
    // One frame at a time: whoever else is served by this process comes in between.
    allowSynchronousEvents: false,
    createConnection: () => connectInTime(host, port),
  });
}

/** Gives up a connection that takes too long. Once it stands, the silence watch judges what comes. */
function connectInTime(host: string, port: number): Socket {
  const socket = connect({ host, port, noDelay: true });
  const timer = setTimeout(() => socket.destroy(new Error("no connection in time")), connectTimeoutMs);
  socket.once("connect", () => clearTimeout(timer));
  socket.once("close", () => clearTimeout(timer));
  return socket;
}

/** Says what is left to say, and hangs up. False if nothing could be said any more. */
function leave(connection: WebSocket, last: readonly string[]): boolean {
  if (connection.readyState !== WebSocket.OPEN) {
    connection.terminate();
    return false;
  }
  for (const frame of last) {
    connection.send(frame);
  }
  connection.close();
  const timer = setTimeout(() => connection.terminate(), closePatienceMs);
  connection.once("close", () => clearTimeout(timer));
  return true;
}

/** Stops reading for the rest of a second in which too much came. */
class Pace {
  private bytes = 0;
  private frames = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly connection: WebSocket) {}

  /** False once more has come than is read in a second. */
  read(bytes: number): boolean {
    this.bytes += bytes;
    this.frames += 1;
    if (this.timer === undefined) {
      this.timer = setTimeout(() => this.turn(), 1_000);
    }
    const isTooMuch = this.bytes > maxBytesPerSecond || this.frames > maxFramesPerSecond;
    if (isTooMuch) {
      this.connection.pause();
    }
    return !isTooMuch;
  }

  end(): void {
    clearTimeout(this.timer);
    if (this.connection.isPaused) {
      this.connection.resume();
    }
  }

  private turn(): void {
    this.timer = undefined;
    this.bytes = 0;
    this.frames = 0;
    this.connection.resume();
  }
}
