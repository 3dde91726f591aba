import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { DemoProtocolName } from "@mosaic/demo-llm/demo-request";
import { isRecord } from "@mosaic/incoming/records";
import { readJsonBody } from "@mosaic/demo-llm/http-body";
import { listenOn, type RunningServer } from "@mosaic/demo-llm/listening-server";
import { oddEncoders, oddStreamTypes } from "./odd-encoders.js";
import { oddLists, oddListNames } from "./odd-lists.js";
import { findOddModel, oddModelNames, type OddRefusal, scriptOf } from "./odd-models.js";
import { createRequestLog, type RecordedRequest } from "@mosaic/demo-llm/request-log";

export interface OddProviderOptions {
  readonly host?: string;
  readonly port?: number;
  /** Speaks TLS with this certificate and key, both PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Requests must carry it; without it every key is accepted. */
  readonly apiKey?: string;
}

export interface OddProvider extends RunningServer {
  /** All requests for answers, with their keys: this is for tests only. */
  readonly requests: readonly RecordedRequest[];
}

interface Route {
  readonly kind: "chat" | "list" | "show";
  readonly protocol: DemoProtocolName;
}

const routes: readonly (Route & { readonly method: string; readonly path: RegExp })[] = [
  { method: "POST", path: /\/v1\/chat\/completions$/, kind: "chat", protocol: "openai" },
  { method: "POST", path: /\/v1\/messages$/, kind: "chat", protocol: "anthropic" },
  { method: "POST", path: /\/api\/chat$/, kind: "chat", protocol: "ollama" },
  { method: "POST", path: /\/api\/show$/, kind: "show", protocol: "ollama" },
  { method: "GET", path: /\/v1\/models$/, kind: "list", protocol: "openai" },
  { method: "GET", path: /\/api\/tags$/, kind: "list", protocol: "ollama" },
];

/**
 * A provider that is odd in every way that was met in the field. The model chooses how answers are odd (`odd-models.ts`), the first part of the
 * path how the list of models is (`odd-lists.ts`). Below `/bearer` Anthropic's protocol takes keys as `Authorization: Bearer` alone, as gateways
 * such as LiteLLM's and Cloudflare's do.
 */
export async function startOddProvider(options: OddProviderOptions = {}): Promise<OddProvider> {
  const log = createRequestLog(true);
  const handle: RequestListener = (request, response) =>
    void serve(request, response, options, (record) => log.add(record)).catch(() => response.destroy());
  const server = options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle);
  const running = await listenOn(server, { host: options.host, port: options.port });
  const url = options.tls === undefined ? running.url : running.url.replace("http:", "https:");
  return { ...running, url, requests: log.requests };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: OddProviderOptions,
  record: (request: RecordedRequest) => void,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const route = routes.find((candidate) => candidate.method === request.method && candidate.path.test(path));
  if (route === undefined) {
    answer(response, { status: 404, body: { error: { message: `There is nothing at ${path}` } } });
    return;
  }
  if (route.kind === "list") {
    answer(response, isKeyRight(request, path, options) ? listAt(path, route.protocol) : wrongKey);
    return;
  }
  const body = await readJsonBody(request, { maxBytes: 8 * 1024 * 1024, arrivalMs: 30_000 });
  if (route.kind === "show") {
    answer(response, { status: 200, body: { capabilities: ["completion", "tools"], model_info: {} } });
    return;
  }
  record({ method: request.method ?? "", path, headers: request.headers, body });
  if (!isKeyRight(request, path, options)) {
    answer(response, wrongKey);
    return;
  }
  chat(response, route.protocol, isRecord(body) ? body : {});
}

function chat(response: ServerResponse, protocol: DemoProtocolName, body: Readonly<Record<string, unknown>>): void {
  const { model: name } = body;
  const model = findOddModel(name);
  if (model === undefined) {
    answer(response, { status: 404, body: { error: { message: `The model '${String(name)}' does not exist.`, code: "model_not_found" } } });
    return;
  }
  const refusal = model.refuse?.(body) ?? null;
  if (refusal !== null) {
    answer(response, refusal);
    return;
  }
  if (model.isWhole === true || (protocol !== "ollama" && body["stream"] !== true)) {
    answer(response, { status: 200, body: wholeAnswer(protocol, scriptOf(model).text ?? "") });
    return;
  }
  response.writeHead(200, { "content-type": oddStreamTypes[protocol] });
  for (const piece of oddEncoders[protocol](scriptOf(model), String(name))) {
    response.write(piece);
  }
  response.end();
}

function wholeAnswer(protocol: DemoProtocolName, text: string): unknown {
  return protocol === "anthropic"
    ? { type: "message", role: "assistant", content: [{ type: "text", text }], stop_reason: "end_turn" }
    : { object: "chat.completion", choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }] };
}

const wrongKey: OddRefusal = { status: 401, body: { error: { message: "Incorrect API key provided.", type: "authentication_error" } } };

function isKeyRight(request: IncomingMessage, path: string, { apiKey }: OddProviderOptions): boolean {
  const bearer = /^Bearer (.*)$/i.exec(request.headers.authorization ?? "")?.[1];
  const shown = path.startsWith("/bearer/") ? bearer : (request.headers["x-api-key"] ?? bearer);
  return apiKey === undefined ? !path.startsWith("/bearer/") || shown !== undefined : shown === apiKey;
}

function listAt(path: string, protocol: DemoProtocolName): OddRefusal {
  if (protocol === "ollama") {
    return { status: 200, body: { models: oddModelNames.map((name) => ({ name, model: name })) } };
  }
  const named = oddListNames.find((name) => path.startsWith(`/${name}/`)) ?? "list-plain";
  const { status, body } = oddLists[named];
  return { status, body: body() };
}

function answer(response: ServerResponse, { status, body, headers }: OddRefusal): void {
  const isPage = typeof body === "string";
  response.writeHead(status, { "content-type": isPage ? "text/html" : "application/json", ...headers });
  response.end(isPage ? body : JSON.stringify(body));
}
