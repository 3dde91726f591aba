import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import type { BackendChoices } from "@mosaic/contracts/admin-containers";
import type { Agent } from "@mosaic/contracts/agent";
import type { Conversation, Message, OwnerEvent, TurnEvent } from "@mosaic/contracts/chat";
import type { OnboardingStep, RuntimeOption } from "@mosaic/contracts/onboarding";
import { problems, type ProblemCode } from "@mosaic/contracts/problem";
import type { Provider, ProviderTestResult } from "@mosaic/contracts/provider";
import { accountAnswer, accountState, type AccountState, type Answer } from "@/test/account-contract";
import { adminAnswer, adminState, type AdminState } from "@/test/admin-contract";

/**
 * A server that speaks Mosaic's contract and keeps everything in memory: what the web app is tested against. What it answers to a
 * message is told in the message: `start`, `slow`, `code`, `long`, `hang`, `fail <problem code>`, `break`, `reject`.
 */
export interface ContractState {
  step: OnboardingStep;
  isComplete: boolean;
  isSignedIn: boolean;
  setupToken: string;
  providers: Provider[];
  agents: Agent[];
  conversations: Conversation[];
  messages: Map<string, Message[]>;
  backends: BackendChoices["backends"];
  runtimes: RuntimeOption[];
  runtime: RuntimeOption;
  testResult: ProviderTestResult;
  paceMs: number;
  role: "admin" | "member";
  /** What every agent wrote last, and what deleting it takes along. */
  logs: string[];
  loss: { conversations: number; messages: number; hasState: boolean };
  account: AccountState;
  /** What the routes under /api/admin answer, and what was done through them. */
  admin: AdminState;
}

export interface ContractServer {
  readonly url: string;
  readonly state: ContractState;
  /** Every request to the API, as "METHOD /path", with its parsed body. */
  readonly requests: { readonly line: string; readonly body: unknown; readonly token: string | null }[];
  /** How many turns the browser ended by closing the stream. */
  readonly abortedTurns: () => number;
  readonly say: (event: OwnerEvent) => void;
  readonly close: () => Promise<void>;
}

class Refusal extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  constructor(code: ProblemCode, detail?: string) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

const now = (): string => new Date().toISOString();
const isolated: RuntimeOption = {
  kind: "docker",
  isAvailable: true,
  isIsolated: true,
  detail: "Docker 29.1 answers. Each agent gets a hardened container of its own.",
};
const unisolated: RuntimeOption = {
  kind: "process",
  isAvailable: true,
  isIsolated: false,
  detail: "Agents run as ordinary programs on this machine.",
};

export const sampleProvider = (over: Partial<Provider> = {}): Provider => ({
  id: randomUUID(),
  kind: "zai",
  name: "Z.ai",
  baseUrl: "https://api.z.ai/api/paas/v4",
  hasKey: true,
  models: [{ id: "glm-4.6" }, { id: "glm-4.5-air" }],
  version: 1,
  isActive: true,
  isShared: false,
  createdAt: now(),
  updatedAt: now(),
  ...over,
});

export const sampleAgent = (over: Partial<Agent> = {}): Agent => ({
  id: randomUUID(),
  backend: "openclaw",
  name: "Ada",
  emoji: "🦉",
  personality: "You are concise.",
  tools: { files: true, web: true, shell: false, browser: false, sessions: true },
  model: null,
  fallbacks: [],
  idleTimeoutSeconds: 1800,
  effectiveModel: null,
  isRestartPending: false,
  status: "stopped",
  stage: null,
  error: null,
  lastActiveAt: null,
  createdAt: now(),
  updatedAt: now(),
  ...over,
});

export const sampleMessage = (over: Partial<Message> = {}): Message => ({
  id: randomUUID(),
  role: "assistant",
  content: "",
  status: "complete",
  error: null,
  createdAt: now(),
  ...over,
});

const initialState = (): ContractState => ({
  step: "breakglass",
  isComplete: false,
  isSignedIn: false,
  setupToken: "the-setup-token",
  providers: [],
  agents: [],
  conversations: [],
  messages: new Map(),
  backends: [
    {
      id: "openclaw",
      label: "OpenClaw",
      defaultIdleTimeoutSeconds: 1800,
      defaultTools: { files: true, web: true, shell: false, browser: false, sessions: true },
    },
  ],
  runtimes: [isolated, unisolated],
  runtime: isolated,
  paceMs: 5,
  role: "admin",
  logs: ["[gateway] ready", "[agent] answered"],
  loss: { conversations: 3, messages: 42, hasState: true },
  account: accountState(),
  admin: adminState(),
  testResult: {
    outcome: "ok",
    message: "The endpoint answered and lists 2 models.",
    allow: null,
    models: [{ id: "glm-4.6" }, { id: "glm-4.5-air" }],
    durationMs: 412,
  },
});

/** A complete installation with one provider, one agent and nothing said yet. */
export const readyState = (): Partial<ContractState> => {
  const provider = sampleProvider();
  return {
    step: "summary",
    isComplete: true,
    isSignedIn: true,
    providers: [provider],
    agents: [sampleAgent({ model: { providerId: provider.id, model: "glm-4.6" } })],
  };
};

export const startContractServer = async (
  over: Partial<ContractState> = {},
  options: { outDir?: string; port?: number } = {},
): Promise<ContractServer> => {
  const state: ContractState = { ...initialState(), ...over };
  const context: Context = { state, requests: [], listeners: new Set(), aborted: 0 };
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
    abortedTurns: () => context.aborted,
    say: (event) => context.listeners.forEach((listener) => listener(event)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

interface Context {
  readonly state: ContractState;
  readonly requests: ContractServer["requests"][number][];
  readonly listeners: Set<(event: OwnerEvent) => void>;
  aborted: number;
}

const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*" };

const sendJson = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json", ...cors });
  response.end(JSON.stringify(value));
};

const sendAnswer = (response: ServerResponse, { status: code, body }: Answer): void => {
  if (code === 204) response.writeHead(204, cors).end();
  else sendJson(response, body, code);
};

const problemAnswer = (code: ProblemCode, detail?: string): Answer => {
  const { status: number, title } = problems[code];
  return { status: number, body: { type: "about:blank", title, status: number, code, ...(detail ? { detail } : {}) } };
};

const sendProblem = (response: ServerResponse, code: ProblemCode, detail?: string): void =>
  sendAnswer(response, problemAnswer(code, detail));

const readBody = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Buffer));
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
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

interface Call {
  readonly context: Context;
  readonly state: ContractState;
  readonly body: Record<string, unknown>;
  readonly response: ServerResponse;
  readonly request: IncomingMessage;
  readonly hasToken: boolean;
  readonly parts: readonly string[];
}

const user = { id: "0199c0de-0000-7000-8000-000000000001", username: "admin", displayName: "admin", role: "admin", isBreakglass: true };

const status = ({ state, hasToken }: Call) => ({
  isComplete: state.isComplete,
  step: state.step,
  hasSetupToken: hasToken,
  isSignedIn: state.isSignedIn,
});

const find = <T extends { id: string }>(list: readonly T[], id: string | undefined): T => {
  const found = list.find((entry) => entry.id === id);
  if (!found) throw new Refusal("not_found");
  return found;
};

const patch = <T extends { id: string }>(list: T[], { parts, body }: Call): T => {
  const changed = { ...find(list, parts[1]), ...body, updatedAt: now() };
  list.splice(
    list.findIndex(({ id }) => id === changed.id),
    1,
    changed,
  );
  return changed;
};

const remove = (list: { id: string }[], { parts }: Call): undefined => {
  list.splice(list.indexOf(find(list, parts[1])), 1);
  return undefined;
};

const addProvider = ({ state, body }: Call): Provider => {
  const { apiKey, ...rest } = body;
  const added = sampleProvider({ ...(rest as Partial<Provider>), hasKey: typeof apiKey === "string" });
  state.providers.push(added);
  return added;
};

const oidcFields = ({ clientSecret: _never, ...rest }: Record<string, unknown>): Partial<AdminState["oidc"]> => ({
  ...rest,
  hasClientSecret: true,
});

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const routes: Record<string, (call: Call) => unknown> = {
  "GET /api/onboarding/status": status,
  "POST /api/onboarding/breakglass": ({ state, hasToken }) => {
    if (!hasToken) throw new Refusal("setup_token_required");
    state.isSignedIn = true;
    state.step = "oidc";
    return user;
  },
  "POST /api/onboarding/oidc": (call) => {
    const { admin } = call.state;
    if (call.body["skip"] !== true) admin.oidc = { ...admin.oidc, ...oidcFields(call.body), isConfigured: true };
    call.state.step = "provider";
    return status(call);
  },
  "POST /api/onboarding/provider": (call) => {
    call.state.providers.length = 0;
    const added = addProvider(call);
    if (call.state.step === "provider") call.state.step = "agents";
    return added;
  },
  "POST /api/onboarding/provider/test": async ({ state }) => {
    await delay(state.paceMs * 20);
    return state.testResult;
  },
  "GET /api/onboarding/options": ({ state }) => ({ runtimes: state.runtimes, suggested: state.runtime.kind, isRuntimeFixed: false }),
  "POST /api/onboarding/agents": ({ state, body }) => {
    const added = sampleAgent(body["agent"] as Partial<Agent>);
    state.agents.splice(0, 1, added);
    state.runtime = find(
      state.runtimes.map((option) => ({ id: option.kind, ...option })),
      String(body["runtime"]),
    );
    state.step = "summary";
    return added;
  },
  "GET /api/onboarding/health": async ({ state }) => {
    await delay(state.paceMs * 20);
    return {
      checks: [
        { id: "database", label: "Database", state: "ok", detail: "PostgreSQL 18.4 answers in 2 ms." },
        {
          id: "runtime",
          label: "Runtime",
          state: state.runtime.isIsolated ? "ok" : "warning",
          detail: state.runtime.isIsolated ? "Docker 29.1 answers." : "Plain processes: agents are not isolated from this machine.",
        },
        { id: "provider", label: "Provider", state: "ok", detail: "Z.ai answered in 0.4 s and has the model glm-4.6." },
        {
          id: "image",
          label: "Agent image",
          state: "failing",
          detail: "mosaic/openclaw:2026.9.6 is not there yet. It is built when the first agent starts, which takes about two minutes.",
        },
      ],
    };
  },
  "POST /api/onboarding/complete": (call) => {
    call.state.isComplete = true;
    return status(call);
  },
  "POST /api/auth/login": ({ state, body }) => {
    if (body["password"] !== "correct horse battery") throw new Refusal("wrong_credentials");
    state.isSignedIn = true;
    return user;
  },
  "POST /api/auth/logout": ({ state }) => {
    state.isSignedIn = false;
  },
  "GET /api/auth/options": ({ state }) => ({ signUp: state.admin.signUpMode, oidc: null }),
  "POST /api/auth/sign-up": ({ state, body }) => {
    if (state.admin.signUpMode === "closed") throw new Refusal("forbidden");
    state.isSignedIn = true;
    return { ...user, username: String(body["username"]), role: "member", isBreakglass: false };
  },
  "GET /api/auth/me": ({ state }) => ({ ...user, role: state.role, isBreakglass: state.role === "admin" }),
  "GET /api/runtime": ({ state }) => state.runtime,
  "GET /api/backends": ({ state }) => ({ backends: state.backends }),
  "GET /api/providers": ({ state }) => ({ providers: state.providers, shared: [] }),
  "POST /api/providers": addProvider,
  "POST /api/providers/test": async ({ state }) => {
    await delay(state.paceMs * 20);
    return state.testResult;
  },
  "PATCH /api/providers/:id": (call) => {
    const { apiKey, ...rest } = call.body;
    return patch(call.state.providers, { ...call, body: { ...rest, ...(apiKey === undefined ? {} : { hasKey: apiKey !== null }) } });
  },
  "DELETE /api/providers/:id": (call) => remove(call.state.providers, call),
  "GET /api/agents": ({ state }) => ({ agents: state.agents }),
  "POST /api/agents": ({ state, body }) => {
    const added = sampleAgent(body);
    state.agents.push(added);
    return added;
  },
  "PATCH /api/agents/:id": (call) => patch(call.state.agents, call),
  "DELETE /api/agents/:id": (call) => remove(call.state.agents, call),
  "POST /api/agents/:id/start": (call) => patch(call.state.agents, { ...call, body: { status: "running" } }),
  "POST /api/agents/:id/restart": (call) => patch(call.state.agents, { ...call, body: { status: "starting" } }),
  "GET /api/agents/:id/logs": ({ state }) => ({ lines: state.logs, isComplete: true }),
  "GET /api/agents/:id/deletion-summary": ({ state }) => state.loss,
  "POST /api/agents/:id/stop": (call) => patch(call.state.agents, { ...call, body: { status: "stopped" } }),
  "GET /api/conversations": ({ state }) => ({ conversations: state.conversations }),
  "POST /api/conversations": ({ state, body }) => {
    const added: Conversation = {
      id: randomUUID(),
      agentId: String(body["agentId"]),
      title: "New conversation",
      createdAt: now(),
      updatedAt: now(),
    };
    state.conversations.unshift(added);
    return added;
  },
  "GET /api/conversations/:id": ({ state, parts }) => ({
    ...find(state.conversations, parts[1]),
    messages: state.messages.get(parts[1] ?? "") ?? [],
  }),
  "PATCH /api/conversations/:id": (call) => patch(call.state.conversations, call),
  "DELETE /api/conversations/:id": (call) => remove(call.state.conversations, call),
  "POST /api/conversations/:id/messages": (call) => runTurn(call),
  "GET /api/events": ({ context, response, request }) => {
    openStream(response);
    const listener = (event: OwnerEvent): void => void response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    context.listeners.add(listener);
    request.on("close", () => context.listeners.delete(listener));
  },
};

const openStream = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", ...cors });
  response.write(": open\n\n");
};

const markdown = [
  "Here is a small example that reads a file line by line:\n\n",
  '```ts\nimport { open } from "node:fs/promises";\n\nconst file = await open("notes.txt");\nfor await (const line of file.readLines()) {\n  console.log(line.toUpperCase());\n}\n```\n\n',
  "A few things to know:\n\n1. `readLines()` is **lazy**: it does not load the whole file.\n2. The handle is closed for you at the end.\n\n",
  "| Way | Memory |\n| --- | --- |\n| `readFile` | the whole file |\n| `readLines` | one line |\n\n",
  "See the [Node.js documentation](https://nodejs.org/api/fs.html) for more.",
];

const answerTo = (content: string): string[] => {
  if (content.includes("code")) return markdown.flatMap((part) => part.match(/[\s\S]{1,12}/g) ?? []);
  const text = `You said: ${content}`;
  const long = content.includes("long")
    ? Array.from(
        { length: 60 },
        (_, line) => `\n\nParagraph ${line + 1} of a long answer that goes on for a while, so that the page has something to scroll.`,
      )
    : [];
  return [...(text.match(/[\s\S]{1,8}/g) ?? []), ...long];
};

const runTurn = async ({ context, state, body, response, request, parts }: Call): Promise<undefined> => {
  const conversation = find(state.conversations, parts[1]);
  const agent = find([...state.agents, ...state.admin.systemAgents], conversation.agentId);
  const content = String(body["content"]);
  if (content.includes("reject")) throw new Refusal("turn_in_progress");
  const messages = state.messages.get(conversation.id) ?? [];
  state.messages.set(conversation.id, messages);
  const question = sampleMessage({ role: "user", content });
  const reply = sampleMessage({ status: "streaming" });
  messages.push(question, reply);
  if (messages.length === 2) conversation.title = content.slice(0, 60);
  openStream(response);
  let isOpen = true;
  const write = (event: TurnEvent): void => void response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.on("close", () => {
    isOpen = false;
    if (reply.status !== "streaming") return;
    context.aborted += 1;
    reply.status = "stopped";
  });
  write({ type: "accepted", userMessage: question, answerId: reply.id });
  if (content.includes("start")) await runStages(write, agent, state.paceMs);
  if (content.includes("hang")) return undefined;
  if (content.includes("slow")) {
    await delay(state.paceMs * 20);
    write({ type: "notice", code: "provider_slow", detail: "The model is taking longer than usual. Still waiting." });
    await delay(state.paceMs * 60);
  }
  const failure = /fail (\w+)/.exec(content)?.[1];
  if (failure === undefined) {
    for (const text of answerTo(content)) {
      if (!isOpen) return undefined;
      reply.content += text;
      write({ type: "delta", text });
      if (content.includes("break") && reply.content.length > 12) {
        reply.status = "broken_off";
        request.socket.destroy();
        return undefined;
      }
      await delay(state.paceMs);
    }
  }
  if (!isOpen) return undefined;
  finishTurn(reply, failure as ProblemCode | undefined);
  conversation.updatedAt = now();
  write({ type: "done", message: reply, problem: null });
  response.end();
  return undefined;
};

const finishTurn = (reply: Message, failure: ProblemCode | undefined): void => {
  if (failure === undefined) {
    reply.status = "complete";
    return;
  }
  reply.status = "failed";
  reply.error = {
    code: failure,
    title: problems[failure].title,
    detail: "The provider answered 401: invalid api key. Enter the key again in the settings.",
  };
};

const runStages = async (write: (event: TurnEvent) => void, agent: Agent, paceMs: number): Promise<void> => {
  for (const percent of [5, 30, 62, 100]) {
    write({ type: "stage", stage: "installing", percent, detail: "OpenClaw 2026.9.6 from npm, once per machine" });
    await delay(paceMs * 15);
  }
  for (const stage of ["creating", "starting", "waiting", "ready"] as const) {
    write({ type: "stage", stage, percent: null, detail: null });
    await delay(paceMs * 15);
  }
  agent.status = "running";
};

const types: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  css: "text/css",
  woff2: "font/woff2",
  svg: "image/svg+xml",
  txt: "text/x-component",
};

/** The exported files under the policy that Mosaic serves them with. */
const sendFile = async (response: ServerResponse, outDir: string | undefined, pathname: string): Promise<void> => {
  if (outDir === undefined) throw new Refusal("not_found");
  const path = normalize(pathname === "/" ? "/index" : pathname);
  const isAsset = /\.\w+$/.test(path);
  const file = join(outDir, isAsset ? path : `${path}.html`);
  const content = await readFile(file).catch(() => null);
  const body = content ?? (await readFile(join(outDir, "404.html")));
  const type = content && isAsset ? (types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream") : "text/html; charset=utf-8";
  const hashes = type.startsWith("text/html")
    ? [...body.toString().matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
        ([, script]) =>
          `'sha256-${createHash("sha256")
            .update(script ?? "")
            .digest("base64")}'`,
      )
    : [];
  response.writeHead(content ? 200 : 404, {
    "content-type": type,
    "content-security-policy": `default-src 'none'; script-src 'self' ${hashes.join(" ")}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  });
  response.end(body);
};
