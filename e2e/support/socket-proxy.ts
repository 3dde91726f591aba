import { connect, createServer, type Server, type Socket } from "node:net";
import { rm } from "node:fs/promises";

/** A Unix socket in front of another one that can be cut and put back: an engine that goes away and returns. */
export class SocketProxy {
  readonly path: string;
  private readonly target: string;
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;

  constructor(path: string, target: string) {
    this.path = path;
    this.target = target;
  }

  async open(): Promise<void> {
    await rm(this.path, { force: true });
    const server = createServer({ allowHalfOpen: true }, (inner) => {
      const outer = connect({ path: this.target, allowHalfOpen: true });
      for (const socket of [inner, outer]) {
        this.sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => this.sockets.delete(socket));
      }
      inner.pipe(outer);
      outer.pipe(inner);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
  }

  async cut(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    for (const socket of this.sockets) {
      socket.destroy();
    }
    await closed;
    await rm(this.path, { force: true });
  }
}
