import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type DemoRequest, type JsonRecord, parseDemoRequest } from "@mosaic/demo-llm/demo-request";
import { WebSocket, WebSocketServer } from "ws";
import { type ClientRequest, readRequest, refusals, stringIn } from "./fake-gateway-frames.js";
import { FakeRun, type Row } from "./fake-gateway-run.js";
import type { FakeSessions } from "./fake-gateway-sessions.js";

/** The tools that every agent has here. */
const tools = ["read", "exec"].map((name) => ({ type: "function", function: { name } }));
const maxRuns = 1_000;

/** In the place of a frame: WebSocket's own pings. */
export const pings = Symbol("pings");

/** What the socket needs of the gateway that it belongs to. */
export interface SocketHost {
  /** As it is now. */
  token(): string;
  /** False: whoever comes is from elsewhere than the loopback, and may do nothing. */
  isTrusting(): boolean;
  /** False: it is busy, and the message is to come again. */
  takesMessage(): boolean;
  whileStopped(): Promise<void>;
  /** Between a message and the first that is said of its run. Rejects when the run was stopped. */
  untilBegun(signal: AbortSignal): Promise<void>;
  /** Resolves when the session's turn is over. Rejects when it was ended by its signal. */
  run(asked: DemoRequest, sessionKey: string, run: FakeRun): Promise<void>;
  record(method: string, request: IncomingMessage, params: JsonRecord): void;
  /** What the model is told of each session. */
  readonly sessions: Pick<FakeSessions, "messagesOf" | "fork" | "delete">;
  onAborted(): void;
  /** What a gateway gone rogue sends without an end to whoever has sent a message. `null`: it is not. */
  flood(runId: string): string | typeof pings | null;
}

export interface FakeSocket {
  /** Breaks all connections, as a network does. The runs go on. */
  drop(): void;
  /** The gateway ends, and what runs with it. */
  end(): void;
}

/** OpenClaw's WebSocket: its connect, its `chat.*` methods, and who hears what (measured with 2026.9.6). */
export function serveFakeSocket(server: Server, host: SocketHost): FakeSocket {
  const state = new SocketState(host);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 26_214_400, perMessageDeflate: false });
  const open = new Set<Duplex>();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => open.delete(socket));
    void host.whileStopped().then(() => sockets.handleUpgrade(request, socket, head, (client) => state.connect(client, request)));
  });
  const drop = (): void => open.forEach((socket) => socket.destroy());
  return {
    drop,
    end: () => {
      drop();
      state.end();
    },
  };
}

class SocketState {
  private readonly runs = new Map<string, FakeRun>();
  readonly host: SocketHost;
  private readonly texts = new Map<string, string>();
  private readonly sessions = new Map<string, FakeRun[]>();
  private readonly clients = new Set<Client>();

  constructor(host: SocketHost) {
    this.host = host;
  }

  connect(socket: WebSocket, request: IncomingMessage): void {
    const client = new Client(socket, request, this);
    this.clients.add(client);
    socket.once("close", () => this.clients.delete(client));
  }

  end(): void {
    for (const run of [...this.sessions.values()].flat().filter(({ isEnded }) => !isEnded)) {
      run.abort();
      this.host.onAborted();
    }
  }

  /** The answer to `chat.send`. The same key again never makes a second run. */
  send(client: Client, params: JsonRecord): JsonRecord | keyof typeof refusals {
    const [runId, message, key] = [stringIn(params, "idempotencyKey"), stringIn(params, "message"), keyIn(params)];
    if (message === "") return "empty";
    if (!this.host.takesMessage()) return "busy";
    const known = this.runs.get(runId);
    if (known !== undefined) return this.texts.get(runId) === message ? { runId, status: known.isEnded ? "ok" : "in_flight" } : "conflict";
    const asked = parseDemoRequest(
      "openai",
      { model: "openclaw/main", stream: true, messages: [{ role: "user", content: message }], tools },
      "",
    );
    const publish = (event: string, payload: JsonRecord, isTool: boolean): void =>
      this.publish(key, event, payload, isTool ? client : null);
    const active = this.activeOf(key);
    const run = new FakeRun(runId, `agent:main:${key}`, asked, publish);
    this.keep(run, message);
    if (active !== undefined && params["queueMode"] !== "interrupt") {
      // It joins the run that goes on, and is told no answer of its own.
      publish("chat", { runId, sessionKey: `agent:main:${key}`, state: "final" }, false);
      return { runId, status: "started" };
    }
    active?.abort();
    run.messagesBefore = this.host.sessions.messagesOf(key).length;
    this.sessions.set(key, [...(this.sessions.get(key) ?? []), run].slice(-50));
    setImmediate(() => void this.carryOut(run, key, asked));
    return { runId, status: "started", ...(active === undefined ? {} : { interruptedActiveRun: true }) };
  }

  abort(params: JsonRecord): JsonRecord {
    const run = this.activeOf(keyIn(params));
    const isMeant = run !== undefined && (params["runId"] === undefined || params["runId"] === run.runId);
    if (isMeant) {
      run.abort();
      this.host.onAborted();
    }
    return { ok: true, aborted: isMeant, runIds: isMeant ? [run.runId] : [] };
  }

  history(params: JsonRecord): JsonRecord {
    const key = keyIn(params);
    const active = this.activeOf(key);
    const maxChars = Number(params["maxChars"] ?? 8_000);
    const rows: Row[] = (this.sessions.get(key) ?? []).flatMap((run) => run.rows).map((row) => cutRow(row, maxChars));
    const [limit, offset] = [Number(params["limit"] ?? 200), Number(params["offset"] ?? 0)];
    const last = Math.max(0, rows.length - offset);
    const first = Math.max(0, last - limit);
    const inFlightRun = active && { runId: active.runId, text: active.answer, startedAt: active.startedAt, events: [] };
    return {
      sessionKey: key,
      messages: rows.slice(first, last),
      ...(inFlightRun && { inFlightRun }),
      sessionInfo: { key: `agent:main:${key}`, hasActiveRun: active !== undefined },
      hasMore: first > 0,
      ...(first > 0 ? { nextOffset: offset + limit } : {}),
    };
  }

  /** A new session of what came before a person's message. Its key is not the client's to choose. */
  fork(params: JsonRecord): JsonRecord | string {
    const [key, entryId] = [keyIn(params), stringIn(params, "entryId")];
    const runs = this.sessions.get(key);
    if (runs === undefined) return `session not found: ${key}`;
    const at = runs.findIndex(({ rows }) =>
      rows.some((row) => row.role === "user" && (row["__openclaw"] as { id?: unknown }).id === entryId),
    );
    const run = runs[at];
    if (run === undefined) return `message entry not found: ${entryId}`;
    const forked = `dashboard:${randomUUID()}`;
    this.sessions.set(forked, runs.slice(0, at));
    this.host.sessions.fork(key, forked, run.messagesBefore);
    return { sessionKey: `agent:main:${forked}` };
  }

  delete(params: JsonRecord): JsonRecord {
    const key = stringIn(params, "key").replace(/^agent:main:/, "");
    const isThere = this.host.sessions.delete(key);
    return { ok: true, key: `agent:main:${key}`, deleted: this.sessions.delete(key) || isThere };
  }

  private activeOf(key: string): FakeRun | undefined {
    return this.sessions.get(key)?.findLast((run) => !run.isEnded);
  }

  private keep(run: FakeRun, message: string): void {
    this.runs.set(run.runId, run);
    this.texts.set(run.runId, message);
    const oldest = this.runs.keys().next().value;
    if (this.runs.size > maxRuns && oldest !== undefined) {
      this.runs.delete(oldest);
      this.texts.delete(oldest);
    }
  }

  private async carryOut(run: FakeRun, key: string, asked: DemoRequest): Promise<void> {
    try {
      await this.host.untilBegun(run.signal);
      run.start();
      await this.host.run(asked, key, run);
    } catch {
      run.abort();
    }
  }

  private publish(key: string, event: string, payload: JsonRecord, only: Client | null): void {
    const frame = JSON.stringify({ type: "event", event, payload });
    for (const client of this.clients) {
      if (only === null ? client.hears(key, event) : client === only) client.sendSoon(frame);
    }
  }
}

function keyIn(params: JsonRecord): string {
  return stringIn(params, "sessionKey").replace(/^agent:main:/, "");
}

/** As OpenClaw shows a row: longer text ends in words of its own. */
function cutRow(row: Row, maxChars: number): Row {
  const content = row["content"];
  if (!Array.isArray(content)) return row;
  const cut = (text: string): string => (text.length > maxChars ? `${text.slice(0, maxChars)}\n...(truncated)...` : text);
  return {
    ...row,
    content: content.map((block: { text?: unknown }) => (typeof block.text === "string" ? { ...block, text: cut(block.text) } : block)),
  };
}

class Client {
  private readonly socket: WebSocket;
  private readonly request: IncomingMessage;
  private readonly state: SocketState;
  private readonly subscribed = new Set<string>();
  private scopes: readonly unknown[] = [];
  private isScoped = false;
  private isIn = false;
  /** Frames go out in their order, and none while the gateway stands still. */
  private last: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, request: IncomingMessage, state: SocketState) {
    this.socket = socket;
    this.request = request;
    this.state = state;
    socket.on("error", () => undefined);
    socket.on("message", (data) => void this.receive((data as Buffer).toString()));
    this.sendSoon(JSON.stringify({ type: "event", event: "connect.challenge", payload: { nonce: randomUUID(), ts: Date.now() } }));
  }

  /** One that did not ask for its sessions only gets those of all, and no finished rows. */
  hears(key: string, event: string): boolean {
    if (!this.isIn || this.scopes.length === 0) return false;
    return this.subscribed.has(key) || (!this.isScoped && event !== "session.message");
  }

  sendSoon(frame: string): void {
    this.last = this.last.then(async () => {
      await this.state.host.whileStopped();
      if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
    });
  }

  private async receive(frame: string): Promise<void> {
    await this.state.host.whileStopped();
    const request = readRequest(frame);
    if (request === null || (!this.isIn && request.method !== "connect")) {
      this.socket.close(1008, "invalid request frame");
      return;
    }
    if (request.method === "connect") this.connect(request);
    else if (this.scopes.length === 0) this.refuse(request, "scope");
    else this.carryOut(request);
  }

  private connect(request: ClientRequest): void {
    const { auth, scopes, caps } = request.params as { auth?: { token?: unknown }; scopes?: unknown; caps?: unknown };
    if (auth?.token !== this.state.host.token()) {
      this.state.host.record("connect refused", this.request, {});
      this.refuse(request, "token");
      void this.last.then(() => this.socket.close(1008, refusals.token.message));
      return;
    }
    this.isIn = true;
    this.isScoped = Array.isArray(caps) && caps.includes("session-scoped-events");
    this.scopes = this.state.host.isTrusting() && Array.isArray(scopes) ? scopes : [];
    this.answer(request, { type: "hello-ok", protocol: 4, auth: { method: "token", role: "operator", scopes: this.scopes } });
  }

  private carryOut(request: ClientRequest): void {
    const { method, params } = request;
    this.state.host.record(method, this.request, params);
    if (method === "sessions.messages.subscribe") {
      this.subscribed.add(stringIn(params, "key").replace(/^agent:main:/, ""));
      this.answer(request, { subscribed: true, key: `agent:main:${stringIn(params, "key")}` });
    } else if (method === "chat.send") {
      const answer = this.state.send(this, params);
      if (typeof answer === "string") this.refuse(request, answer);
      else this.answer(request, answer);
      void this.flood(stringIn(params, "idempotencyKey"));
    } else if (method === "chat.abort") {
      this.answer(request, this.state.abort(params));
    } else if (method === "chat.history") {
      this.answer(request, this.state.history(params));
    } else if (method === "sessions.fork") {
      const forked = this.state.fork(params);
      if (typeof forked === "string") this.respond(request, { ok: false, error: { code: "INVALID_REQUEST", message: forked } });
      else this.answer(request, forked);
    } else if (method === "sessions.delete") {
      this.answer(request, this.state.delete(params));
    } else {
      this.respond(request, { ok: false, error: { code: "INVALID_REQUEST", message: `unknown method: ${method}` } });
    }
  }

  /** As fast as the other side takes it. */
  private async flood(runId: string): Promise<void> {
    for (;;) {
      const what = this.state.host.flood(runId);
      if (what === null || this.socket.readyState !== WebSocket.OPEN) return;
      await new Promise<void>((resolve) => {
        // Everything else of this process has its turn in between.
        const sent = (): void => void setImmediate(resolve);
        if (what === pings) this.socket.ping("", false, sent);
        else this.socket.send(what, sent);
      });
    }
  }

  private answer(request: ClientRequest, payload: JsonRecord): void {
    this.respond(request, { ok: true, payload });
  }

  private refuse(request: ClientRequest, why: keyof typeof refusals): void {
    this.respond(request, { ok: false, error: refusals[why] });
  }

  private respond({ id }: ClientRequest, result: JsonRecord): void {
    this.sendSoon(JSON.stringify({ type: "res", id, ...result }));
  }
}
