import type { IncomingMessage } from "node:http";
import { isRecord } from "@mosaic/incoming/records";
import { DemoHttpError, type DemoProtocolName } from "./demo-request.js";

export interface DemoRoute {
  readonly kind: "chat" | "models" | "model" | "tags" | "show" | "version" | "unknown";
  readonly protocol: DemoProtocolName;
  readonly isPost: boolean;
  readonly path: string;
}

const routes: readonly {
  method: "GET" | "POST";
  pattern: RegExp;
  kind: DemoRoute["kind"];
  protocol: DemoProtocolName;
}[] = [
  { method: "POST", pattern: /\/v1\/chat\/completions$/, kind: "chat", protocol: "openai" },
  { method: "POST", pattern: /\/v1\/messages$/, kind: "chat", protocol: "anthropic" },
  { method: "POST", pattern: /\/api\/chat$/, kind: "chat", protocol: "ollama" },
  { method: "GET", pattern: /\/v1\/models$/, kind: "models", protocol: "openai" },
  { method: "GET", pattern: /\/v1\/models\/[^/]+$/, kind: "model", protocol: "openai" },
  { method: "GET", pattern: /\/api\/tags$/, kind: "tags", protocol: "ollama" },
  { method: "POST", pattern: /\/api\/show$/, kind: "show", protocol: "ollama" },
  { method: "GET", pattern: /\/api\/version$/, kind: "version", protocol: "ollama" },
];

/** Matches the end of the path, so the handler works under any prefix. */
export function findDemoRoute(request: IncomingMessage): DemoRoute {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const isAnthropic = request.headers["anthropic-version"] !== undefined;
  const found = routes.find((route) => route.method === request.method && route.pattern.test(path));
  const protocol = found?.protocol ?? (path.includes("/api/") ? "ollama" : "openai");
  return {
    kind: found?.kind ?? "unknown",
    protocol: isAnthropic && protocol === "openai" ? "anthropic" : protocol,
    isPost: found?.method === "POST",
    path,
  };
}

export function bearerOf(request: IncomingMessage): string {
  const header = request.headers["x-api-key"];
  if (typeof header === "string") return header;
  return /^Bearer\s(.*)$/i.exec(request.headers.authorization ?? "")?.[1]?.trim() ?? "";
}

/** The answers that are no conversation: which models there are. */
export function listing(route: DemoRoute, models: readonly string[], body: unknown): unknown {
  if (route.kind === "version") return { version: "0.0.0-mosaic-demo" };
  if (route.kind === "tags") return { models: models.map(ollamaModel) };
  if (route.kind === "show") return showOllamaModel(models, body);
  const write = route.protocol === "anthropic" ? anthropicModel : openAiModel;
  if (route.kind === "model") {
    const id = decodeURIComponent(route.path.split("/").at(-1) ?? "");
    return write(requireModel(models, id));
  }
  const data = models.map(write);
  if (route.protocol === "openai") return { object: "list", data };
  return { data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null };
}

function requireModel(models: readonly string[], id: string): string {
  if (models.includes(id)) return id;
  throw new DemoHttpError(404, `The model '${id}' does not exist.`, { code: "model_not_found" });
}

function openAiModel(id: string): unknown {
  return { id, object: "model", created: 0, owned_by: "mosaic-demo" };
}

function anthropicModel(id: string): unknown {
  return { type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" };
}

const ollamaDetails = {
  parent_model: "",
  format: "demo",
  family: "demo",
  families: ["demo"],
  parameter_size: "0",
  quantization_level: "none",
};

function ollamaModel(name: string): unknown {
  return {
    name,
    model: name,
    modified_at: "1970-01-01T00:00:00Z",
    size: 0,
    digest: "0".repeat(64),
    details: ollamaDetails,
  };
}

function showOllamaModel(models: readonly string[], body: unknown): unknown {
  const asked = isRecord(body) ? (body["model"] ?? body["name"]) : undefined;
  requireModel(models, typeof asked === "string" ? asked : "");
  return {
    modelfile: "",
    parameters: "",
    template: "{{ .Prompt }}",
    details: ollamaDetails,
    model_info: { "general.architecture": "demo", "demo.context_length": 32_768 },
    capabilities: ["completion", "tools"],
  };
}
