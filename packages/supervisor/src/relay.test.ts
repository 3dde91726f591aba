import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { startRelay } from "./relay.js";

/** A loopback address of Linux beside the usual one: it stands for one of the container's own. */
const outside = "127.0.0.2";
const closing: { close(): unknown; closeAllConnections?(): void }[] = [];

afterEach(() => {
  for (const each of closing.splice(0)) {
    each.closeAllConnections?.();
    each.close();
  }
});

describe("the relay", () => {
  test("passes a request and its answer on, and the software sees its own loopback", async () => {
    const port = await software((request, response) => response.end(`${request.socket.remoteAddress}: ${request.headers.host}`));
    closing.push(...(await startRelay(port, [outside])));
    expect(await (await fetch(`http://${outside}:${port}/`)).text()).toBe(`127.0.0.1: ${outside}:${port}`);
  });

  test("ends one side with the other", async () => {
    const left = Promise.withResolvers<void>();
    const port = await software((request) => request.socket.once("close", () => left.resolve()));
    closing.push(...(await startRelay(port, [outside])));
    const client = connect(port, outside);
    client.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.destroy();
    await expect(left.promise).resolves.toBeUndefined();
  });

  test("hangs up on a client while nobody listens behind it", async () => {
    const port = await software(() => undefined);
    closing.splice(0).forEach((each) => each.close());
    closing.push(...(await startRelay(port, [outside])));
    const client = connect(port, outside);
    client.on("error", () => undefined);
    await once(client, "close");
    expect(client.bytesRead).toBe(0);
  });

  test("does without an address that can't be had", async () => {
    const port = await software((_request, response) => response.end("there"));
    const servers = await startRelay(port, ["192.0.2.1", outside]);
    closing.push(...servers);
    expect(servers).toHaveLength(1);
    expect(await (await fetch(`http://${outside}:${port}/`)).text()).toBe("there");
  });
});

async function software(answer: Parameters<typeof createServer>[1] & {}): Promise<number> {
  const server: Server = createServer(answer as never);
  closing.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
