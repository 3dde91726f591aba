import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { HermesRefusal, readTurn, refuseBrowsers, requireKey } from "./fake-hermes-request.js";
import { openStream, openWhole, sendJson } from "./fake-hermes-response.js";
import { runTurn } from "./fake-hermes-run.js";
import { FakeHermesSessions } from "./fake-hermes-sessions.js";
import { type FakeHermesSettings, readHermesConfig } from "./fake-hermes-settings.js";
import { probeUpstream } from "./fake-hermes-upstream.js";

export interface FakeHermes {
  readonly port: number;
  readonly url: string;
  /** How many turns were interrupted because their reader left. */
  readonly interruptedCount: number;
  close(): Promise<void>;
}

interface Options {
  /** After so long a silence of a stream. */
  readonly keepaliveMs?: number;
}

const version = "0.19.0";
const maxRuns = 10;

/** Behaves as `hermes gateway run` of Nous Research does, v0.19.0: its API server, its sessions on the disk, a terminal, and a real model behind it. */
export async function startFakeHermes(settings: FakeHermesSettings, { keepaliveMs = 30_000 }: Options = {}): Promise<FakeHermes> {
  mkdirSync(settings.home, { recursive: true });
  const hermes = new Hermes(settings, keepaliveMs);
  const server = createServer((request, response) => void hermes.serve(request, response));
  server.listen(settings.port, settings.host);
  await once(server, "listening");
  const closing = new AbortController();
  const probed = probeUpstream(readHermesConfig(settings), closing.signal);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get interruptedCount() {
      return hermes.interruptedCount;
    },
    close: async () => {
      const closed = once(server, "close");
      closing.abort();
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, probed]);
      await hermes.close();
    },
  };
}

class Hermes {
  interruptedCount = 0;
  private readonly settings: FakeHermesSettings;
  private readonly keepaliveMs: number;
  private readonly sessions: FakeHermesSessions;
  private running = 0;
  private readonly runs = new Set<Promise<void>>();

  constructor(settings: FakeHermesSettings, keepaliveMs: number) {
    this.settings = settings;
    this.keepaliveMs = keepaliveMs;
    this.sessions = new FakeHermesSessions(settings.home);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.route(request, response);
    } catch (error) {
      const refusal = error instanceof HermesRefusal ? error : new HermesRefusal(500, `Internal server error: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else sendJson(response, refusal.status, refusal.body, refusal.headers);
    }
  }

  /** Runs that nobody reads any more still write down what was said. */
  async close(): Promise<void> {
    await Promise.all(this.runs);
    this.sessions.close();
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").split("?")[0] ?? "";
    refuseBrowsers(request);
    if (path === "/health" || path === "/v1/health") return sendJson(response, 200, { status: "ok", platform: "hermes-agent", version });
    requireKey(request, this.settings.apiKey);
    const session = /^\/api\/sessions\/([^/]+)$/.exec(path)?.[1];
    if (session !== undefined && request.method === "DELETE") return this.forget(decodeURIComponent(session), response);
    if (path === "/v1/models" && request.method === "GET") return sendJson(response, 200, this.models());
    if (path !== "/v1/chat/completions") throw new HermesRefusal(404, "Not found");
    if (request.method !== "POST") throw new HermesRefusal(405, "Method not allowed");
    const run = this.answer(request, response);
    const settled = run.catch(() => undefined);
    this.runs.add(settled);
    void settled.then(() => this.runs.delete(settled));
    await run;
  }

  private models(): unknown {
    const id = this.settings.modelName;
    return { object: "list", data: [{ id, object: "model", created: 0, owned_by: "hermes", permission: [], root: id, parent: null }] };
  }

  private forget(session: string, response: ServerResponse): void {
    if (!this.sessions.delete(session)) throw new HermesRefusal(404, `Session not found: ${session}`, "session_not_found");
    sendJson(response, 200, { id: session, object: "hermes.session.deleted", deleted: true });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const turn = await readTurn(request, this.settings.modelName);
    if (this.running >= maxRuns) {
      throw new HermesRefusal(429, `Too many concurrent runs (max ${maxRuns})`, "rate_limit_exceeded", { "retry-after": "1" });
    }
    this.running++;
    const left = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) left.abort();
    });
    const reply = turn.isStreamed ? openStream(response, turn, this.keepaliveMs) : openWhole(response, turn);
    try {
      reply.end(await runTurn({ settings: this.settings, sessions: this.sessions, turn, signal: left.signal, reply }));
    } catch (error) {
      if (!left.signal.aborted) throw error;
      this.interruptedCount++;
    } finally {
      this.running--;
    }
  }
}
