import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of an answer's text on its way. */
export type Rewrite = (path: string, text: string) => string;

/** A server in front of Mosaic, at an address that stays: it goes away and comes back, and makes of one build another. */
export class Front {
  rewrite: Rewrite | undefined;
  /** The paths that were asked for, in their order. */
  readonly paths: string[] = [];
  private server: Server | undefined;
  private port = 0;
  private readonly upstream: string;

  constructor(upstream: string) {
    this.upstream = upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async open(): Promise<void> {
    const server = createServer((asked, answer) => this.pass(asked, answer));
    this.server = server;
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    // What was rewritten is not what the server would call unchanged.
    const { "accept-encoding": _none, "if-none-match": _never, "if-modified-since": _nor, ...headers } = asked.headers;
    const path = asked.url ?? "/";
    this.paths.push(path);
    const passed = request(`${this.upstream}${path}`, { method: asked.method, headers }, (got) => {
      const isText = /^(?:text\/(?:html|javascript)|application\/javascript)/.test(got.headers["content-type"] ?? "");
      if (this.rewrite === undefined || !isText || asked.method !== "GET") {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
        return;
      }
      const { "content-length": _other, etag: _stale, "last-modified": _when, ...head } = got.headers;
      const parts: Buffer[] = [];
      got.on("data", (part: Buffer) => parts.push(part));
      got.on("end", () => {
        answer.writeHead(got.statusCode ?? 502, head);
        answer.end(this.rewrite?.(path, Buffer.concat(parts).toString("utf8")));
      });
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  }
}
