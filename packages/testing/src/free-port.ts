import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** A port of loopback that nobody listens on now. Somebody may the moment after: whoever starts a program on it tries again. */
export async function freePort(): Promise<number> {
  return listenBriefly(0, "127.0.0.1");
}

/** The first of two such ports in a row, of all addresses: some programs take the next one too. */
export async function freePortPair(): Promise<number> {
  for (;;) {
    const port = await listenBriefly(0, "0.0.0.0");
    const isNextFree = port < 65_535 && (await listenBriefly(port + 1, "0.0.0.0").catch(() => null)) !== null;
    if (isNextFree) {
      return port;
    }
  }
}

async function listenBriefly(port: number, host: string): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, "listening");
  const { port: taken } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return taken;
}
