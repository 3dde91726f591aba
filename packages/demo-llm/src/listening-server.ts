import type { Server } from "node:http";

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** New connections are refused, as if nothing ran there, until they are accepted again. */
  refuseConnections(): Promise<void>;
  acceptConnections(): Promise<void>;
  /** Ends open connections too. */
  close(): Promise<void>;
}

export async function listenOn(server: Server, address: { host?: string | undefined; port?: number | undefined }): Promise<RunningServer> {
  const host = address.host ?? "127.0.0.1";
  await listen(server, host, address.port ?? 0);
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no port.");
  const { port } = bound;
  const stop = (): Promise<void> => stopListening(server);
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    refuseConnections: stop,
    acceptConnections: async () => {
      if (!server.listening) await listen(server, host, port);
    },
    close: stop,
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
