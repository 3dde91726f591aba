import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** What it reads at its start. Node's built-ins only, here and in its command line: the stand-in image copies these two files. */
export interface FakeDeclaredSettings {
  readonly host: string;
  readonly port: number;
  /** `config.json`, with the provider's address, the model and the personality, and a folder of conversations beside it. */
  readonly stateDir: string;
  /** What callers show. */
  readonly serverKey: string;
  /** What it shows to the model's provider. */
  readonly llmKey: string;
}

export interface FakeDeclaredAgent {
  readonly port: number;
  readonly url: string;
  /** How many turns ended because their reader left. */
  readonly abortedCount: number;
  close(): Promise<void>;
}

interface Config {
  readonly baseUrl: string;
  readonly model: string;
  readonly name: string;
  readonly personality: string;
}

interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
}

type Fields = Readonly<Record<string, unknown>>;

const maxBodyBytes = 8 * 1024 * 1024;

/** The variables that `docker/stand-ins/declared/declaration.json` names. Throws for one that is missing. */
export function readFakeDeclaredSettings(env: Readonly<Record<string, string | undefined>>): FakeDeclaredSettings {
  const needed = (name: string): string => {
    const value = env[name] ?? "";
    if (value === "") throw new Error(`${name} is not set`);
    return value;
  };
  return {
    host: env["ECHO_HOST"] ?? "0.0.0.0",
    port: Number(needed("ECHO_PORT")),
    stateDir: needed("ECHO_STATE"),
    serverKey: needed("ECHO_SERVER_KEY"),
    llmKey: needed("ECHO_LLM_KEY"),
  };
}

/** A small agent as somebody could have written it who knows OpenAI's chat API and nothing of Mosaic: a session for each `user`, kept on the disk. */
export async function startFakeDeclaredAgent(settings: FakeDeclaredSettings): Promise<FakeDeclaredAgent> {
  const agent = new DeclaredAgent(settings);
  const server = createServer((request, response) => void agent.serve(request, response));
  server.listen(settings.port, settings.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get abortedCount() {
      return agent.abortedCount;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

class DeclaredAgent {
  abortedCount = 0;
  private readonly settings: FakeDeclaredSettings;
  private readonly config: Config;
  private readonly sessions: string;

  constructor(settings: FakeDeclaredSettings) {
    this.settings = settings;
    this.config = readConfig(join(settings.stateDir, "config.json"));
    this.sessions = join(settings.stateDir, "sessions");
    mkdirSync(this.sessions, { recursive: true, mode: 0o700 });
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.url === "/health") return sendJson(response, 200, { ok: true });
      if (request.headers.authorization !== `Bearer ${this.settings.serverKey}`) throw new Refusal(401, "wrong key");
      if (request.url === "/v1/models") return sendJson(response, 200, { object: "list", data: [{ id: "echo", object: "model" }] });
      if (request.url !== "/v1/chat/completions" || request.method !== "POST") throw new Refusal(404, "not found");
      await this.answer(await readBody(request), response);
    } catch (error) {
      const { status, message } = error instanceof Refusal ? error : new Refusal(500, String(error));
      if (response.headersSent) response.destroy();
      else sendJson(response, status, { error: { message, code: status } });
    }
  }

  private async answer(body: Fields, response: ServerResponse): Promise<void> {
    const user = body["user"];
    if (typeof user !== "string" || user === "") throw new Refusal(400, "user is needed: it says which conversation this is");
    const left = new AbortController();
    response.once("close", () => {
      if (response.writableFinished) return;
      this.abortedCount++;
      left.abort();
    });
    const file = join(this.sessions, `${Buffer.from(user).toString("base64url")}.json`);
    const history: Message[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
    const message: Message = { role: "user", content: lastMessage(body["messages"]) };
    const upstream = await this.ask([...history, message], left.signal);
    response.writeHead(200, { "content-type": "text/event-stream" });
    const text = upstream.ok ? await pass(upstream, response) : await tellRefusal(upstream, response);
    if (text !== null) writeFileSync(file, JSON.stringify([...history, message, { role: "assistant", content: text }]), { mode: 0o600 });
    response.end("data: [DONE]\n\n");
  }

  private async ask(messages: readonly Message[], signal: AbortSignal): Promise<Response> {
    const { baseUrl, model, name, personality } = this.config;
    const system = { role: "system", content: `Your name is ${name}.\n\n${personality}` };
    return fetch(`${baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.settings.llmKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model, stream: true, stream_options: { include_usage: true }, messages: [system, ...messages] }),
      signal,
    });
  }
}

/** Hands on each piece as it came, but for the end. The text of all of them; `null`: the provider broke off with an error. */
async function pass(upstream: Response, response: ServerResponse): Promise<string | null> {
  const decoder = new TextDecoder();
  let rest = "";
  let text: string | null = "";
  for await (const bytes of upstream.body ?? []) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const data = /^data:\s?(\{.*)$/.exec(line.trimEnd())?.[1];
      if (data === undefined) continue;
      const chunk = JSON.parse(data) as { error?: unknown; choices?: readonly { delta?: { content?: string | null } }[] };
      response.write(`data: ${data}\n\n`);
      text = text === null || chunk.error !== undefined ? null : text + (chunk.choices?.[0]?.delta?.content ?? "");
    }
  }
  return text;
}

async function tellRefusal(upstream: Response, response: ServerResponse): Promise<null> {
  const said = await upstream.text();
  const error = { message: `${upstream.status} ${said.slice(0, 500)}`, code: upstream.status };
  response.write(`data: ${JSON.stringify({ error })}\n\n`);
  return null;
}

function readConfig(file: string): Config {
  const read = JSON.parse(readFileSync(file, "utf8")) as Fields;
  const needed = (name: string): string => {
    const value = read[name];
    if (typeof value !== "string") throw new Error(`${file}: ${name} is no text`);
    return value;
  };
  return { baseUrl: needed("base_url"), model: needed("model"), name: needed("name"), personality: needed("personality") };
}

async function readBody(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Refusal(413, "too large");
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (isFields(body)) return body;
  } catch {
    // Said below, whatever it was.
  }
  throw new Refusal(400, "the body is no JSON object");
}

function lastMessage(messages: unknown): string {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  const content = isFields(last) ? last["content"] : undefined;
  if (typeof content !== "string") throw new Refusal(400, "the last message has no text");
  return content;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
