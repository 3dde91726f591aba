import { once } from "node:events";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from "node:net";

export interface LocalServer {
  readonly port: number;
  /** Of all connections that were ever made to it. */
  readonly connections: Socket[];
  readonly close: () => Promise<void>;
}

export async function startHttp(handle: RequestListener, at: { host?: string; port?: number } = {}): Promise<LocalServer> {
  return listen(createHttp({ requestTimeout: 0 }, handle), at);
}

export async function startHttps(identity: { cert: string; key: string }, handle: RequestListener): Promise<LocalServer> {
  return listen(createHttps(identity, handle), {});
}

export async function startTcp(onConnection: (socket: Socket) => void): Promise<LocalServer> {
  const server = createTcp((socket) => {
    onConnection(socket);
    // Without reading it would never learn that the other side has left.
    socket.resume();
  });
  return listen(server, {});
}

async function listen(server: Server, { host = "127.0.0.1", port = 0 }: { host?: string; port?: number }): Promise<LocalServer> {
  const connections: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    connections.push(socket);
    socket.on("error", () => undefined);
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close: async () => {
      for (const socket of connections) {
        socket.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}
