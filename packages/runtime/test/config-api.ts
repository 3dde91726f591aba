import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface ConfigApi {
  /** What the supervisor is given as MOSAIC_CONFIG_URL. */
  readonly configUrl: string;
  /** What the supervisor reported. */
  readonly phases: readonly string[];
  close(): void;
}

interface Bundle {
  readonly generation: string;
  readonly files: readonly { root: "run" | "state"; path: string; content: string }[];
  readonly warmup: { model: string; gatewayToken: string } | null;
}

/** Just so much of the internal API as a supervisor needs. The bundle may come later: nothing is answered before. */
export async function startConfigApi(host: string, tokenOf: () => string, bundleOf: () => Promise<Bundle>): Promise<ConfigApi> {
  const phases: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://api");
    if (request.headers.authorization !== `Bearer ${tokenOf()}`) return end(response, 401, {});
    if (url.pathname === "/agent/status") {
      const report = JSON.parse(await bodyOf(request)) as { phase: string };
      phases.push(report.phase);
      return end(response, 204, null);
    }
    // The next generation never comes; the connection is held until the supervisor or the test ends.
    if (url.searchParams.has("after")) return;
    end(response, 200, await bundleOf());
  }

  return {
    configUrl: `http://${host}:${port}/agent`,
    phases,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function end(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === null ? undefined : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
