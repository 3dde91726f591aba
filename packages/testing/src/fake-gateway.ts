import { createServer, type IncomingMessage } from "node:http";
import { setImmediate as nextRound } from "node:timers/promises";
import { parseDemoCommand } from "@mosaic/demo-llm/demo-command";
import type { DemoBehaviour } from "@mosaic/demo-llm/demo-llm";
import { bearerOf } from "@mosaic/demo-llm/demo-routes";
import { DemoHttpError, type DemoMessage, type DemoRequest, parseDemoRequest } from "@mosaic/demo-llm/demo-request";
import { type Exchange, openExchange, pause } from "@mosaic/demo-llm/exchange";
import { asOneMessage, chooseTools, demanding } from "./fake-gateway-client-tools.js";
import { modelList, requireAgent } from "./fake-gateway-agents.js";
import { createFakeSessions, type FakeSessions } from "./fake-gateway-sessions.js";
import { type pings, serveFakeSocket, type SocketHost } from "./fake-gateway-socket.js";
import { runFakeTurn, sendGatewayJson, streamReply, type TurnOptions, wholeReply } from "./fake-gateway-turn.js";
import { readJsonBody } from "@mosaic/demo-llm/http-body";
import { recordOf } from "@mosaic/incoming/records";
import { listenOn, type RunningServer } from "@mosaic/demo-llm/listening-server";
import { createRequestLog, type RecordedRequest, type RequestLog } from "@mosaic/demo-llm/request-log";

export interface FakeGatewayOptions {
  readonly token: string;
  readonly host?: string;
  readonly port?: number;
  readonly agentIds?: readonly string[];
  readonly systemPrompt?: string;
  /** How long after start it says it is ready; `Infinity` is never. */
  readonly readyAfterMs?: number;
  /** Sessions are kept here, so that memory outlives the process. */
  readonly sessionsFile?: string;
  readonly wordDelayMs?: number;
  readonly maxHangMs?: number;
  readonly record?: boolean;
  /** As OpenClaw sees a client that comes from elsewhere than its own loopback: its WebSocket lets it do nothing. */
  readonly isTrusting?: boolean;
  /** Called for `[demo:exit code=N]`; without it the command is answered like any text. */
  readonly onExit?: (code: number) => void;
}

/** How it answers, whichever way it is asked. */
export interface GatewayPace {
  /** From a message to the first that is said of its answer. OpenClaw takes 10 ms on a warm session. */
  readonly beginMs: number;
  /** Words without a pause between them are told one by one. Else those that come at once are one piece over the WebSocket. */
  readonly isEachWordAlone: boolean;
}

export interface FakeGateway extends RunningServer {
  readonly requests: readonly RecordedRequest[];
  /** How many clients left before their answer was complete, or stopped their run. */
  readonly abortedCount: number;
  readonly activeCount: number;
  /** How the latest turn is called, for its caller and in the log. */
  readonly lastRunId: string | null;
  readonly isReady: boolean;
  setReady(isReady: boolean): void;
  /** As SIGSTOP does: connections are taken, and nothing is said on any, old or new, until it is taken back. */
  setStopped(isStopped: boolean): void;
  setToken(token: string): void;
  setSystemPrompt(systemPrompt: string): void;
  setBehaviour(behaviour: DemoBehaviour | null): void;
  setPace(pace: GatewayPace): void;
  /** Whether whoever comes from now on may do anything over its WebSocket. */
  setTrusting(isTrusting: boolean): void;
  /** As a gateway that is about to end does: so many messages over its WebSocket are told to come again. */
  setBusy(messages: number): void;
  /** Has it send that without an end to whoever sends a message over its WebSocket from now on. */
  setFlood(flood: ((runId: string) => string | typeof pings) | null): void;
  /** Breaks all WebSockets, as a network does. */
  dropSockets(): void;
  messagesOf(sessionKey: string): readonly DemoMessage[];
  waitForRequest: RequestLog["waitFor"];
}

/** A server that behaves like OpenClaw's gateway, with the demo model behind it. */
export async function startFakeGateway(options: FakeGatewayOptions): Promise<FakeGateway> {
  const state = new GatewayState(options);
  const server = createServer((request, response) => {
    void serve(state, request, openExchange(response));
  });
  const socket = serveFakeSocket(server, socketHost(state));
  const running = await listenOn(server, { host: options.host, port: options.port });
  const gateway = {
    get requests() {
      return state.log.requests;
    },
    get abortedCount() {
      return state.abortedCount;
    },
    get activeCount() {
      return state.activeCount;
    },
    get lastRunId() {
      return state.lastRunId;
    },
    get isReady() {
      return Date.now() >= state.readyAt;
    },
    setReady: (isReady: boolean) => {
      state.readyAt = isReady ? 0 : Number.POSITIVE_INFINITY;
    },
    setStopped: (isStopped: boolean) => {
      if (isStopped) state.stopped ??= Promise.withResolvers();
      else {
        state.stopped?.resolve();
        state.stopped = null;
      }
    },
    setToken: (token: string) => {
      state.token = token;
    },
    setSystemPrompt: (systemPrompt: string) => void (state.systemPrompt = systemPrompt),
    setBehaviour: (behaviour: DemoBehaviour | null) => void (state.behaviour = behaviour),
    setPace: (pace: GatewayPace) => void (state.pace = pace),
    messagesOf: (key: string) => state.sessions.messagesOf(key),
    waitForRequest: state.log.waitFor,
    dropSockets: socket.drop,
    setTrusting: (isTrusting: boolean) => void (state.isTrusting = isTrusting),
    setBusy: (messages: number) => void (state.refusesNext = messages),
    setFlood: (flood: GatewayState["flood"]) => void (state.flood = flood),
  };
  const withoutSockets = async (stop: () => Promise<void>): Promise<void> => {
    socket.drop();
    await stop();
  };
  return Object.assign(gateway, running, {
    refuseConnections: async () => withoutSockets(running.refuseConnections),
    close: async () => {
      socket.end();
      await running.close();
    },
  });
}

class GatewayState {
  readonly options: FakeGatewayOptions;
  readonly agentIds: readonly string[];
  readonly sessions: FakeSessions;
  readonly log: RequestLog;
  readonly startedAt = Date.now();
  readyAt: number;
  token: string;
  systemPrompt: string;
  behaviour: DemoBehaviour | null = null;
  pace: GatewayPace = { beginMs: 0, isEachWordAlone: false };
  stopped: PromiseWithResolvers<void> | null = null;
  isTrusting: boolean;
  refusesNext = 0;
  flood: ((runId: string) => string | typeof pings) | null = null;
  abortedCount = 0;
  activeCount = 0;
  lastRunId: string | null = null;

  constructor(options: FakeGatewayOptions) {
    this.options = options;
    this.agentIds = options.agentIds ?? ["main"];
    this.sessions = createFakeSessions(options.sessionsFile);
    this.log = createRequestLog(options.record === true);
    this.readyAt = this.startedAt + (options.readyAfterMs ?? 0);
    this.isTrusting = options.isTrusting ?? true;
    this.token = options.token;
    this.systemPrompt = options.systemPrompt ?? "";
  }
}

async function serve(state: GatewayState, request: IncomingMessage, exchange: Exchange): Promise<void> {
  state.activeCount += 1;
  exchange.response.once("close", () => {
    state.activeCount -= 1;
    if (exchange.hasClientLeft()) state.abortedCount += 1;
  });
  try {
    await state.stopped?.promise;
    await route(state, request, exchange);
  } catch (error) {
    if (exchange.signal.aborted) return;
    if (exchange.response.headersSent) exchange.breakOff();
    else sendFailure(exchange, error);
  }
}

async function route(state: GatewayState, request: IncomingMessage, exchange: Exchange): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const probe = answerProbe(state, path);
  if (probe) {
    sendGatewayJson(exchange, probe.status, probe.body);
    return;
  }
  const address = `${request.method} ${path}`;
  if (address !== "GET /v1/models" && address !== "POST /v1/chat/completions") {
    exchange.response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
    exchange.response.end("Not Found");
    return;
  }
  if (bearerOf(request) !== state.token) {
    state.log.add({
      method: request.method ?? "",
      path,
      headers: request.headers,
      body: undefined,
    });
    request.resume();
    sendGatewayJson(exchange, 401, { error: { message: "Unauthorized", type: "unauthorized" } });
    return;
  }
  if (path === "/v1/models") {
    state.log.add({ method: "GET", path, headers: request.headers, body: undefined });
    sendGatewayJson(exchange, 200, modelList(state.agentIds));
    return;
  }
  await chat(state, request, exchange);
}

function answerProbe(state: GatewayState, path: string): { status: number; body: unknown } | undefined {
  const uptimeMs = Date.now() - state.startedAt;
  const isReady = Date.now() >= state.readyAt;
  switch (path) {
    case "/health":
    case "/healthz":
      return { status: 200, body: { ok: true, status: "live" } };
    case "/startup":
    case "/startupz":
      return isReady
        ? { status: 200, body: { ok: true, status: "started", version: "fake", uptimeMs } }
        : { status: 503, body: { ok: false, status: "starting", version: "fake", uptimeMs } };
    case "/ready":
    case "/readyz":
      return isReady
        ? { status: 200, body: { ready: true, failing: [], uptimeMs } }
        : { status: 503, body: { ready: false, failing: ["startup"], uptimeMs } };
    default:
      return undefined;
  }
}

async function chat(state: GatewayState, request: IncomingMessage, exchange: Exchange): Promise<void> {
  const body = await readJsonBody(request, { maxBytes: 20 * 1024 * 1024, arrivalMs: 30_000 });
  state.log.add({
    method: "POST",
    path: "/v1/chat/completions",
    headers: request.headers,
    body,
  });
  const sent = parseDemoRequest("openai", body, "");
  requireAgent(state.agentIds, sent.model);
  const { offered, demand, hasConflict } = chooseTools(recordOf(body));
  const asked = asOneMessage({ ...sent, toolNames: offered }, recordOf(body));
  if (wantsExit(state, asked)) return;
  await pause(state.pace.beginMs, exchange.signal);
  const reply = asked.isStream ? streamReply(asked, exchange) : wholeReply(asked, exchange);
  state.lastRunId = reply.runId;
  if (hasConflict) {
    reply.fail({ status: 400, message: "invalid tool configuration", type: "invalid_request_error" });
    return;
  }
  await state.sessions.inTurn(sessionKeyOf(request, body), (session) =>
    runFakeTurn(asked, session, demand === null ? reply : demanding(reply, demand), turnOptions(state)),
  );
}

function turnOptions(state: GatewayState): TurnOptions {
  return {
    decide: (seen: DemoRequest) => state.behaviour?.(seen),
    systemPrompt: state.systemPrompt,
    wordDelayMs: state.options.wordDelayMs ?? 0,
    maxHangMs: state.options.maxHangMs ?? 600_000,
    whileStopped: async () => {
      await state.stopped?.promise;
      await (state.pace.isEachWordAlone ? nextRound() : undefined);
    },
  };
}

function socketHost(state: GatewayState): SocketHost {
  return {
    token: () => state.token,
    isTrusting: () => state.isTrusting,
    whileStopped: async () => state.stopped?.promise,
    untilBegun: async (signal) => pause(state.pace.beginMs, signal),
    record: (method, { headers }, body) => state.log.add({ method: "WS", path: method, headers, body }),
    takesMessage: () => state.refusesNext-- <= 0,
    flood: (runId) => state.flood?.(runId) ?? null,
    sessions: state.sessions,
    onAborted: () => void (state.abortedCount += 1),
    run: async (asked, sessionKey, run) => {
      if (wantsExit(state, asked)) return;
      state.lastRunId = run.runId;
      state.activeCount += 1;
      try {
        await state.sessions.inTurn(sessionKey, (session) => runFakeTurn(asked, session, run, turnOptions(state)));
      } finally {
        state.activeCount -= 1;
      }
    },
  };
}

function wantsExit(state: GatewayState, asked: DemoRequest): boolean {
  const said = parseDemoCommand(asked.messages.at(-1)?.text ?? "");
  if (said?.name !== "exit" || !state.options.onExit) return false;
  state.options.onExit(Number(said.options["code"] ?? 1));
  return true;
}

function sessionKeyOf(request: IncomingMessage, body: unknown): string | undefined {
  const header = request.headers["x-openclaw-session-key"];
  if (typeof header === "string" && header !== "") return header;
  const user = (body as { user?: unknown }).user;
  return typeof user === "string" && user !== "" ? `user:${user}` : undefined;
}

function sendFailure(exchange: Exchange, error: unknown): void {
  const known = error instanceof DemoHttpError ? error : new DemoHttpError(500, "internal error");
  const type = known.status >= 500 ? "api_error" : "invalid_request_error";
  sendGatewayJson(exchange, known.status, { error: { message: known.message, type } });
}
