import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort, freePortPair } from "./free-port.js";

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const isListening = await once(server, "listening").then(
    () => true,
    () => false,
  );
  server.close();
  return isListening;
}

test("a free port can be listened on", async () => {
  expect(await canListen(await freePort())).toBe(true);
});

test("of a pair the next port can be listened on too", async () => {
  const port = await freePortPair();
  expect([await canListen(port), await canListen(port + 1)]).toEqual([true, true]);
});
