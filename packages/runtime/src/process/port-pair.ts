import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { RuntimeError } from "../agent-runtime.js";

const attempts = 100;
/**
 * Below the range from which systems take the ports of outgoing connections (Linux: 32768 on): a port that is free now is still free when the
 * agent comes to listen, a second or two later.
 */
const firstPort = 20_000;
const lastPort = 32_000;

/**
 * A free port whose successor is free too: the gateway's and that of its warm-up model. `preferred` if it can be had; `taken` are the first
 * ports of pairs that are given out and maybe not in use yet.
 */
export async function findPortPair(taken: ReadonlySet<number>, preferred?: number): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = attempt === 0 && preferred !== undefined ? preferred : randomInt(firstPort, lastPort);
    const isGivenOut = [port - 1, port, port + 1].some((candidate) => taken.has(candidate));
    if (!isGivenOut && (await isFree(port)) && (await isFree(port + 1))) return port;
  }
  throw new RuntimeError("refused", "No two neighbouring ports are free on 127.0.0.1.");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
