import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { OwnerEvent } from "@mosaic/contracts/chat";
import { accountAnswer } from "@/test/account-contract";
import { adminAnswer } from "@/test/admin-contract";
import { agentRoutes } from "@/test/agent-contract";
import { beginOther, chatRoutes, type OtherTurn } from "@/test/chat-contract";
import {
  cors,
  problemAnswer,
  Refusal,
  sendAnswer,
  sendJson,
  sendProblem,
  type Call,
  type Context,
  type NetworkFault,
  type ReceivedRequest,
  type Routes,
} from "@/test/contract-call";
import { initialState, type ContractState } from "@/test/contract-state";
import { sendFile } from "@/test/exported-site";
import { sessionRoutes } from "@/test/session-contract";
import { setupRoutes } from "@/test/setup-contract";

export interface ContractServer {
  readonly url: string;
  readonly state: ContractState;
  readonly requests: readonly ReceivedRequest[];
  /** How many turns were stopped. */
  readonly stoppedTurns: () => number;
  /** Ends every connection on which a turn is read; the turns go on. */
  readonly cutReaders: () => void;
  /** While true, nobody comes to read a turn. */
  readonly refuseReaders: (isRefusing: boolean) => void;
  /** While true, no turn can be stopped. */
  readonly refuseStops: (isRefusing: boolean) => void;
  /** While true, no draft can be saved. */
  readonly refuseDrafts: (isRefusing: boolean) => void;
  /** Breaks the network for one kind of request ("POST waiting", "GET :id"), or mends it again. */
  readonly breakNetwork: (line: string, fault: NetworkFault | null) => void;
  /** Answers that hang go on, and come to their end. */
  readonly letGo: () => void;
  /** Of the turns so far. */
  readonly turnIds: () => string[];
  /** A turn that another page has begun; it does what the test says. */
  readonly begin: (conversationId: string, content: string) => OtherTurn;
  readonly say: (event: OwnerEvent) => void;
  readonly close: () => Promise<void>;
}

/**
 * A server that speaks Mosaic's contract and keeps everything in memory: what the web app is tested against. What it answers to a
 * message is told in the message: `start`, `slow`, `code`, `long`, `hang`, `fail <problem code>`, `break` (the connection), `die` (the server), `reject`.
 */
export const startContractServer = async (
  over: Partial<ContractState> = {},
  options: { outDir?: string; port?: number } = {},
): Promise<ContractServer> => {
  const state: ContractState = { ...initialState(), ...over };
  const context: Context = { state, requests: [], listeners: new Set(), turns: new Map(), refuses: new Set(), faults: new Map() };
  const server = createServer((request, response) => {
    answer(context, request, response, options.outDir).catch((error: unknown) => {
      if (error instanceof Refusal) sendProblem(response, error.code, error.detail);
      else sendProblem(response, "internal", String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    state,
    requests: context.requests,
    stoppedTurns: () => [...context.turns.values()].filter(({ isStopped }) => isStopped).length,
    cutReaders: () => {
      for (const reader of [...context.turns.values()].flatMap(({ readers }) => [...readers])) reader.destroy();
    },
    refuseReaders: (isRefusing) => setMember(context.refuses, "GET events", isRefusing),
    refuseStops: (isRefusing) => setMember(context.refuses, "POST stop", isRefusing),
    refuseDrafts: (isRefusing) => setMember(context.refuses, "PUT draft", isRefusing),
    breakNetwork: (line, fault) => void (fault === null ? context.faults.delete(line) : context.faults.set(line, fault)),
    letGo: () => {
      for (const turn of context.turns.values()) turn.isLetGo = true;
    },
    turnIds: () => [...context.turns.keys()],
    begin: (conversationId, content) => beginOther(context, conversationId, content),
    say: (event) => context.listeners.forEach((listener) => listener(event)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const setMember = <T>(set: Set<T>, member: T, isIn: boolean): void => {
  if (isIn) set.add(member);
  else set.delete(member);
};

const routes: Routes = { ...setupRoutes, ...sessionRoutes, ...agentRoutes, ...chatRoutes };

const readBody = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Buffer));
  if (chunks.length === 0 || request.headers["content-type"] === "application/octet-stream") return {};
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
};

const answer = async (context: Context, request: IncomingMessage, response: ServerResponse, outDir: string | undefined): Promise<void> => {
  const method = request.method ?? "GET";
  if (method === "OPTIONS") {
    response.writeHead(204, cors);
    response.end();
    return;
  }
  const { pathname } = new URL(request.url ?? "/", "http://local");
  if (!pathname.startsWith("/api/")) {
    await sendFile(response, outDir, pathname);
    return;
  }
  const body = await readBody(request);
  const fault = context.faults.get(`${method} ${routePattern(pathname).split("/").at(-1)}`);
  if (fault instanceof Promise) await fault;
  if (fault === "away" || fault === "lost") request.socket.destroy();
  if (fault === "away") return;
  const token = request.headers["x-mosaic-setup-token"];
  context.requests.push({ line: `${method} ${pathname}`, body, token: typeof token === "string" ? token : null });
  const call: Call = {
    context,
    state: context.state,
    body,
    response,
    request,
    hasToken: token === context.state.setupToken,
    parts: pathname.split("/").slice(2),
  };
  if (pathname.startsWith("/api/admin/") || pathname === "/api/health/report") {
    if (!context.state.isSignedIn) throw new Refusal("unauthenticated");
    if (context.state.role !== "admin") throw new Refusal("forbidden");
    const url = new URL(request.url ?? "/", "http://local");
    sendAnswer(response, adminAnswer(context.state.admin, method, url, body));
    return;
  }
  const own = accountAnswer(method, pathname, { state: context.state.account, providers: context.state.providers, body });
  if (own !== null) {
    sendAnswer(response, context.state.isSignedIn ? own : problemAnswer("unauthenticated"));
    return;
  }
  const route = routes[`${method} ${routePattern(pathname)}`];
  if (!route) throw new Refusal("not_found");
  const isOpen = pathname.startsWith("/api/onboarding/") || openRoutes.has(pathname);
  if (!isOpen && !context.state.isSignedIn) throw new Refusal("unauthenticated");
  const result = await route(call);
  if (result === undefined) {
    if (!response.headersSent) {
      response.writeHead(204, cors);
      response.end();
    }
    return;
  }
  sendJson(response, result, method === "POST" ? 201 : 200);
};

const openRoutes = new Set(["/api/auth/login", "/api/auth/options", "/api/auth/sign-up"]);

const routePattern = (pathname: string): string => pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ":id");
