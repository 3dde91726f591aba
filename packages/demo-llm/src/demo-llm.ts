import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { composeDemoAnswer, type DemoAnswer } from "./demo-answer.js";
import { deliver } from "./demo-delivery.js";
import { type Exchange, openExchange } from "./exchange.js";
import { demoEncoders } from "./demo-encoders.js";
import { bearerOf, type DemoRoute, findDemoRoute, listing } from "./demo-routes.js";
import { DemoHttpError, type DemoRequest, parseDemoRequest } from "./demo-request.js";
import { readJsonBody } from "./http-body.js";
import { listenOn, type RunningServer } from "./listening-server.js";
import { createRequestLog, type RecordedRequest, type RequestLog } from "./request-log.js";

/** Forces what the model does, whatever the message says; `undefined` leaves it to the message. */
export type DemoBehaviour = (request: DemoRequest) => DemoAnswer | undefined;

export interface DemoLlmOptions {
  readonly models?: readonly string[];
  /** Requests must carry it; without it every key is accepted. */
  readonly apiKey?: string;
  /** Pause before each streamed word. */
  readonly wordDelayMs?: number;
  readonly maxHangMs?: number;
  readonly maxBodyBytes?: number;
  readonly maxConcurrent?: number;
  /** Keep requests, with their keys, in memory: for tests only. */
  readonly record?: boolean;
}

export interface DemoLlm {
  handle(request: IncomingMessage, response: ServerResponse): void;
  readonly requests: readonly RecordedRequest[];
  /** How many clients left before their answer was complete. */
  readonly abortedCount: number;
  readonly activeCount: number;
  setBehaviour(behaviour: DemoBehaviour | null): void;
  setKey(apiKey: string | undefined): void;
  /** The first recorded request that fits, already made or still to come. */
  waitForRequest(predicate: (request: RecordedRequest) => boolean, options?: { timeoutMs?: number }): Promise<RecordedRequest>;
}

export interface DemoLlmServer extends DemoLlm, RunningServer {}

/** A built-in language model without intelligence, as a plain request handler. */
export function createDemoLlm(options: DemoLlmOptions = {}): DemoLlm {
  const state = new DemoState(options);
  return {
    handle: (request, response) => void serve(state, request, response),
    get requests() {
      return state.log.requests;
    },
    get abortedCount() {
      return state.abortedCount;
    },
    get activeCount() {
      return state.activeCount;
    },
    setBehaviour: (behaviour) => {
      state.behaviour = behaviour;
    },
    setKey: (apiKey) => {
      state.apiKey = apiKey;
    },
    waitForRequest: (predicate, waiting) => state.log.waitFor(predicate, waiting?.timeoutMs),
  };
}

export async function startDemoLlm(options: DemoLlmOptions & { host?: string; port?: number } = {}): Promise<DemoLlmServer> {
  const demo = createDemoLlm(options);
  const server = createServer((request, response) => demo.handle(request, response));
  const running = await listenOn(server, { host: options.host, port: options.port });
  return Object.assign(demo, running);
}

class DemoState {
  readonly models: readonly string[];
  readonly wordDelayMs: number;
  readonly maxHangMs: number;
  readonly maxBodyBytes: number;
  readonly maxConcurrent: number;
  readonly log: RequestLog;
  apiKey: string | undefined;
  behaviour: DemoBehaviour | null = null;
  abortedCount = 0;
  activeCount = 0;

  constructor(options: DemoLlmOptions) {
    this.models = options.models ?? ["mosaic-demo"];
    this.wordDelayMs = options.wordDelayMs ?? 0;
    this.maxHangMs = options.maxHangMs ?? 600_000;
    this.maxBodyBytes = options.maxBodyBytes ?? 2 * 1024 * 1024;
    this.maxConcurrent = options.maxConcurrent ?? 64;
    this.log = createRequestLog(options.record === true);
    this.apiKey = options.apiKey;
  }
}

async function serve(state: DemoState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = findDemoRoute(request);
  const exchange = openExchange(response);
  state.activeCount += 1;
  response.once("close", () => {
    state.activeCount -= 1;
    if (exchange.hasClientLeft()) state.abortedCount += 1;
  });
  try {
    if (state.activeCount > state.maxConcurrent) {
      throw new DemoHttpError(429, "Too many requests at once.", { retryAfterSeconds: 1 });
    }
    await answerRoute(state, route, request, exchange);
  } catch (error) {
    if (!exchange.signal.aborted) sendError(route, error, exchange);
  }
}

async function answerRoute(state: DemoState, route: DemoRoute, request: IncomingMessage, exchange: Exchange): Promise<void> {
  const key = bearerOf(request);
  if (route.kind === "unknown") throw new DemoHttpError(404, "The demo model has no such address.");
  const body = route.isPost ? await readJsonBody(request, { maxBytes: state.maxBodyBytes, arrivalMs: 30_000 }) : undefined;
  state.log.add({ method: request.method ?? "", path: route.path, headers: request.headers, body });
  const isOpen = route.kind === "version";
  if (!isOpen && state.apiKey !== undefined && key !== state.apiKey) {
    throw new DemoHttpError(401, "Incorrect API key provided.");
  }
  if (route.kind !== "chat") {
    sendJson(exchange.response, 200, listing(route, state.models, body));
    return;
  }
  const asked = parseDemoRequest(route.protocol, body, key);
  const answer = state.behaviour?.(asked);
  if (!answer && !state.models.includes(asked.model)) {
    throw new DemoHttpError(404, `The model '${asked.model}' does not exist.`, {
      code: "model_not_found",
    });
  }
  await deliver(asked, answer ?? composeDemoAnswer(asked), exchange, state);
}

function sendError(route: DemoRoute, error: unknown, exchange: Exchange): void {
  const { response } = exchange;
  const known = error instanceof DemoHttpError ? error : new DemoHttpError(500, "The demo model failed.");
  if (response.headersSent) {
    exchange.breakOff();
    return;
  }
  if (known.retryAfterSeconds !== undefined) {
    response.setHeader("retry-after", String(known.retryAfterSeconds));
  }
  sendJson(response, known.status, demoEncoders[route.protocol].error(known));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
