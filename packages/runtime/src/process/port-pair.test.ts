import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { findPortPair } from "./port-pair.js";

it("takes the preferred port while it and its successor are free", async () => {
  const port = await findPortPair(new Set());
  expect(await findPortPair(new Set(), port)).toBe(port);

  const successor = createServer().listen(port + 1, "127.0.0.1");
  await once(successor, "listening");
  expect(await findPortPair(new Set(), port)).not.toBe(port);
  successor.close();
});

it("keeps clear of pairs that are given out and not in use yet", async () => {
  const port = await findPortPair(new Set());
  for (const given of [port - 1, port, port + 1]) expect(await findPortPair(new Set([given]), port)).not.toBe(port);
});
