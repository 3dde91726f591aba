import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { backendOf } from "@mosaic/agent-backends/registry";
import { afterEach, expect, test, vi } from "vitest";
import { HangWatchService } from "./hang-watch.service.js";
import { hangLimits } from "./hang-limits.js";
import type { HungAgentEnder } from "./hung-agent-ender.js";

const limits = { ...hangLimits, askEveryMs: 5, askTimeoutMs: 20, hungAfterMs: 10, hungAfterQuestions: 1, busyPatienceMs: 1 };
const ending = new AbortController();
let silent: Server;

afterEach(() => {
  ending.abort();
  silent.closeAllConnections();
  silent.close();
});

test("one that can't be ended is asked on and tried again, and whoever waits is told nothing false meanwhile", async () => {
  silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const told: string[] = [];
  const end = vi
    .fn<HungAgentEnder["end"]>()
    .mockImplementationOnce(async (_running, onEnding) => {
      onEnding();
      throw new Error("the engine is away");
    })
    .mockImplementationOnce(async () => false)
    .mockImplementationOnce(async (_running, onEnding) => {
      onEnding();
      return true;
    });
  const error = vi.fn<() => void>();
  const parts = [
    { find: async () => null },
    { end },
    { runtime: async () => ({}) },
    {},
    { signal: ending.signal },
    { error },
    limits,
    { every: () => undefined },
  ] as unknown as ConstructorParameters<typeof HangWatchService>;
  const watch = new HangWatchService(...parts);
  const endpoint = { host: "127.0.0.1", port: (silent.address() as AddressInfo).port };
  const running = { agentId: "a", endpoint, gatewayToken: "t", backend: backendOf("openclaw") };
  const watcher = { onAnswer: () => undefined, onHung: (isEnding: boolean) => void told.push(isEnding ? "ending" : "not ended") };
  await watch.untilHung(running, watcher, ending.signal);
  expect(end).toHaveBeenCalledTimes(3);
  expect(told).toEqual(["ending", "not ended", "not ended", "ending"]);
  expect(error).toHaveBeenCalledTimes(1);
});
