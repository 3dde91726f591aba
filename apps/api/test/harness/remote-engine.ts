import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RuntimeError, type AgentRuntime } from "@mosaic/runtime/agent-runtime";
import type { InMemoryEngine } from "./in-memory-runtime.js";

const methods = [
  "check",
  "cores",
  "cpuTimeMs",
  "prepare",
  "hasImage",
  "create",
  "start",
  "stop",
  "remove",
  "removeState",
  "inspect",
  "list",
  "logs",
] as const;

export interface RemoteEngine {
  readonly url: string;
  close(): Promise<void>;
}

/** Lends an in-memory engine to another process over HTTP: as a real engine does, it lives on when that process dies. */
export async function serveEngine(engine: InMemoryEngine): Promise<RemoteEngine> {
  const driver: AgentRuntime = engine.driver("docker");
  const server = createServer((request, response) => void answer(driver, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(driver: AgentRuntime, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
  }
  const method = methods.find((name) => request.url === `/${name}`);
  const result = method === undefined ? { value: null } : await call(driver, method, JSON.parse(body) as unknown[]);
  response.setHeader("content-type", "application/json").end(JSON.stringify(result));
}

async function call(driver: AgentRuntime, method: (typeof methods)[number], args: unknown[]): Promise<object> {
  try {
    const run = driver[method].bind(driver) as (...values: unknown[]) => Promise<unknown>;
    return { value: (await run(...args)) ?? null };
  } catch (error) {
    const { code, detail } = error instanceof RuntimeError ? error : { code: "refused", detail: "unexpected" };
    return { error: { code, detail } };
  }
}
