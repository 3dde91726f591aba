import { createServer } from "node:net";
import { RuntimeError } from "../agent-runtime.js";

const ATTEMPTS = 50;
const LAST_PORT = 65_535;

/**
 * A free port whose successor is free too: the gateway's and that of its warm-up model. `preferred` if it can be had; `taken` are the first
 * ports of pairs that are given out and maybe not in use yet.
 */
export async function findPortPair(taken: ReadonlySet<number>, preferred = 0): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await tryPort(attempt === 0 ? preferred : 0);
    if (port === null || port + 1 > LAST_PORT) continue;
    const isGivenOut = [port - 1, port, port + 1].some((candidate) => taken.has(candidate));
    if (!isGivenOut && (await tryPort(port + 1)) !== null) return port;
  }
  throw new RuntimeError("refused", "No two neighbouring ports are free on 127.0.0.1.");
}

/** The port that could be bound, `null` if it is in use. */
function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : null));
    });
  });
}
