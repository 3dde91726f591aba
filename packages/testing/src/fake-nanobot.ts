import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { NanobotRefusal, type NanobotTurn, readTurn, requireKey } from "./fake-nanobot-request.js";
import { FakeNanobotSessions } from "./fake-nanobot-sessions.js";
import type { FakeNanobotSettings } from "./fake-nanobot-settings.js";
import { askUpstream, type UpstreamAnswer } from "./fake-nanobot-upstream.js";

export interface FakeNanobot {
  readonly port: number;
  readonly url: string;
  /** How many turns ended because their reader left. */
  readonly abortedCount: number;
  close(): Promise<void>;
}

/** nanobot's placeholder for an answer that was an error, in the history. */
const unavailable = "[Assistant reply unavailable due to model error.]";
const nothingSaid = "I completed the tool steps but couldn't produce a final answer. Please try again or narrow the task.";

/** Behaves as `nanobot serve` of HKUDS does, v0.3.0: its HTTP API, its sessions on the disk, and a real model behind it. */
export async function startFakeNanobot(settings: FakeNanobotSettings): Promise<FakeNanobot> {
  const nanobot = new Nanobot(settings);
  const server = createServer((request, response) => void nanobot.serve(request, response));
  server.listen(settings.port, settings.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get abortedCount() {
      return nanobot.abortedCount;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

class Nanobot {
  abortedCount = 0;
  private readonly settings: FakeNanobotSettings;
  private readonly sessions: FakeNanobotSessions;

  constructor(settings: FakeNanobotSettings) {
    this.settings = settings;
    this.sessions = new FakeNanobotSessions(settings.dataDir);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").split("?")[0];
    try {
      if (path === "/health") return sendJson(response, 200, { status: "ok" });
      requireKey(request, this.settings.apiKey);
      if (path === "/v1/models" && request.method === "GET") return sendJson(response, 200, this.models());
      if (path !== "/v1/chat/completions") return sendText(response, 404, "404: Not Found");
      if (request.method !== "POST") return sendText(response, 405, "405: Method Not Allowed");
      await this.answer(await readTurn(request, this.settings.model), response);
    } catch (error) {
      const { status, message, type } =
        error instanceof NanobotRefusal ? error : new NanobotRefusal(500, "Internal server error", "server_error");
      // A stream that fails ends as one that takes too long: without a word.
      if (response.headersSent) response.end();
      else sendJson(response, status, { error: { message, type, code: status } });
    }
  }

  private models(): unknown {
    return { object: "list", data: [{ id: this.settings.model, object: "model", created: 0, owned_by: "nanobot" }] };
  }

  /** A stream is opened at once, and its turn waits for the session's others. */
  private async answer(turn: NanobotTurn, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) left.abort();
    });
    const stream = turn.isStreamed ? openStream(response, this.settings.model) : null;
    await this.sessions.inTurn(turn.sessionKey, async () => {
      if (left.signal.aborted) return;
      const limit = AbortSignal.timeout(this.settings.timeoutSeconds * 1000);
      try {
        const answer = await this.runTurn(turn, AbortSignal.any([left.signal, limit]), stream?.say ?? (() => undefined));
        if (stream === null) sendJson(response, 200, completion(this.settings.model, answer));
        else stream.end(answer);
      } catch (error) {
        if (left.signal.aborted) this.abortedCount++;
        else if (!limit.aborted) throw error;
        else if (stream !== null) response.end();
        else throw new NanobotRefusal(504, `Request timed out after ${this.settings.timeoutSeconds.toFixed(1)}s`);
      }
    });
  }

  private async runTurn(turn: NanobotTurn, signal: AbortSignal, onText: (text: string) => void): Promise<UpstreamAnswer> {
    const history = this.sessions.historyOf(turn.sessionKey);
    const system = this.systemPrompt();
    const answer = await askUpstream(this.settings, { system, history, content: turn.content, signal, onText });
    const said = answer.isError ? unavailable : answer.text;
    this.sessions.add(turn.sessionKey, { role: "user", content: turn.text }, { role: "assistant", content: said });
    return answer;
  }

  /** Read anew at each turn. */
  private systemPrompt(): string {
    const files = ["AGENTS.md", "SOUL.md", "USER.md"].filter((name) => existsSync(join(this.settings.workspace, name)));
    const parts = files.map((name) => `## ${name}\n\n${readFileSync(join(this.settings.workspace, name), "utf8")}`);
    return [`# nanobot\n\nYou are nanobot. Your workspace is at: ${this.settings.workspace}`, ...parts].join("\n\n");
  }
}

interface Stream {
  say(text: string): void;
  end(answer: UpstreamAnswer): void;
}

/** An error is in no piece of the stream: it comes as a piece of its own, and only where nothing was said. */
function openStream(response: ServerResponse, model: string): Stream {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.flushHeaders();
  const id = newId();
  let hasText = false;
  const send = (content: string, reason: string | null): void => {
    const choice = { index: 0, delta: content === "" ? {} : { content }, finish_reason: reason };
    response.write(`data: ${asciiJson({ id, object: "chat.completion.chunk", created: nowSeconds(), model, choices: [choice] })}\n\n`);
  };
  const say = (text: string): void => {
    hasText = true;
    send(text, null);
  };
  return {
    say,
    end: ({ text }) => {
      if (!hasText && text.trim() !== "") say(text);
      send("", "stop");
      response.end("data: [DONE]\n\n");
    },
  };
}

function completion(model: string, { text, usage }: UpstreamAnswer): unknown {
  const message = { role: "assistant", content: text.trim() === "" ? nothingSaid : text };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  const counted = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, ...usage };
  return { id: newId(), object: "chat.completion", created: nowSeconds(), model, choices, usage: counted };
}

function newId(): string {
  return `chatcmpl-${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** As Python writes it: whatever is not ASCII is escaped. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(asciiJson(body));
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(body);
}
