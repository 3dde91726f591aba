import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { backendOf } from "@mosaic/agent-backends/registry";
import { afterEach, expect, test } from "vitest";
import { askGateway, probeGateway } from "./gateway-probe.js";

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A rogue gateway: each of its answers has no end. Tells how many of them are still read. */
async function endless(): Promise<{ readonly port: number; readonly open: () => number }> {
  let open = 0;
  server = createServer((_request, response) => {
    open += 1;
    response.writeHead(200).write("x");
    const more = setInterval(() => response.write("x".repeat(1_000)), 5);
    response.on("close", () => {
      clearInterval(more);
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, open: () => open };
}

test("an answer without end is left as soon as its head is there", async () => {
  const { port, open } = await endless();
  const gateway = { endpoint: { host: "127.0.0.1", port }, backend: backendOf("openclaw"), gatewayToken: "token" };
  expect((await askGateway(gateway, 600_000)).kind).toBe("answered");
  await expect.poll(open, { timeout: 10_000 }).toBe(0);
  expect(await probeGateway(gateway, 300)).toBe("ready");
  await expect.poll(open, { timeout: 10_000 }).toBe(0);
});
