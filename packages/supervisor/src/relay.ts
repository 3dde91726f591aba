import { connect, createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { pipeline } from "node:stream";

import { say } from "./exit.js";

/**
 * Passes what comes to the container's own addresses on to the same port of its loopback, for software that trusts only who comes from there.
 * Who may come is still its business: the gateway asks for its token all the same. Resolves once it listens; an address that can't be had is told
 * and left out.
 */
export async function startRelay(port: number, addresses: readonly string[] = ownAddresses()): Promise<readonly Server[]> {
  const servers = addresses.map((address) => listen(address, port));
  const listening = await Promise.all(servers);
  return listening.filter((server) => server !== null);
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  // One that holds on its own link only can't be listened on without naming the link.
  return all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:")).map(({ address }) => address);
}

function listen(host: string, port: number): Promise<Server | null> {
  const server = createServer({ noDelay: true }, (outer) => pass(outer, port));
  return new Promise((resolve) => {
    server.once("error", (error) => {
      say("relay-failed", { address: host, reason: error.message });
      resolve(null);
    });
    server.listen(port, host, () => resolve(server));
  });
}

/** The end of one side is the end of the other. */
function pass(outer: Socket, port: number): void {
  const inner = connect({ host: "127.0.0.1", port, noDelay: true });
  const end = (): void => {
    outer.destroy();
    inner.destroy();
  };
  pipeline(outer, inner, (error) => error && end());
  pipeline(inner, outer, (error) => error && end());
}
