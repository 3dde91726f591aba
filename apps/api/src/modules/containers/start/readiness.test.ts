import type { ContainerObservation } from "@mosaic/runtime/agent-runtime";
import { expect, test, vi } from "vitest";
import { AppError } from "../../../platform/errors/app-error.js";
import type { ProbeResult } from "../hang/gateway-probe.js";
import { exitedWhileStarting } from "./start-failure.js";
import { waitUntilReady, type ReadinessSources, type SupervisorWord } from "./readiness.js";

const patience = { patienceMs: 400, quietMs: 200, outerMs: 1_200 };
const limits = { patience: () => patience, silentAfterMs: 60, pollMs: 5, inspectEveryMs: 20 };
const silent: SupervisorWord = { hasSpoken: false, isReady: false, hasFailed: false, detail: null };
const speaking: SupervisorWord = { ...silent, hasSpoken: true };
const ended = {
  memoryLimitBytes: 1024 ** 3,
  needs: { minimumBytes: 1024 ** 3, comfortableBytes: 1.5 * 1024 ** 3 },
  isTooBusy: () => false,
};
const running: ContainerObservation = {
  name: "mosaic-a",
  agentId: "a",
  specHash: "",
  state: "running",
  endpoint: { host: "127.0.0.1", port: 1 },
  exitCode: null,
  wasOutOfMemory: false,
};

function sources(change: {
  probe?: ProbeResult;
  said?: SupervisorWord;
  inspect?: () => Promise<ContainerObservation | null>;
  cpuTimeMs?: () => Promise<number | null>;
}): ReadinessSources {
  return {
    probe: async () => change.probe ?? "ready",
    said: () => change.said ?? silent,
    inspect: change.inspect ?? (async () => running),
    cpuTimeMs: change.cpuTimeMs ?? (async () => null),
    explainEnd: (observation, said) => exitedWhileStarting(observation, said, ended),
  };
}

async function outcome(from: ReadinessSources, signal = new AbortController().signal): Promise<{ error: unknown; tookMs: number }> {
  const startedAt = performance.now();
  const error = await waitUntilReady(from, limits, signal).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, tookMs: performance.now() - startedAt };
}

test("a supervisor that says so is believed at once, and nobody asks its gateway", async () => {
  const probe = vi.fn<ReadinessSources["probe"]>();
  const { error, tookMs } = await outcome({ ...sources({ said: { ...speaking, isReady: true } }), probe });
  expect(error).toBeNull();
  expect(tookMs).toBeLessThan(limits.silentAfterMs);
  expect(probe).not.toHaveBeenCalled();
});

test("a gateway of a container that says nothing is asked, once a supervisor would have spoken", async () => {
  const { error, tookMs } = await outcome(sources({}));
  expect(error).toBeNull();
  expect(tookMs).toBeGreaterThanOrEqual(limits.silentAfterMs - 1);
});

test("as long as a supervisor speaks its gateway is not asked, however it answers; only to say why the start failed", async () => {
  const probe = vi.fn<ReadinessSources["probe"]>(async () => "ready");
  const { error } = await outcome({ ...sources({ said: speaking }), probe });
  expect(error).toMatchObject({ code: "agent_not_ready" });
  expect(probe).toHaveBeenCalledTimes(1);
});

test.each([speaking, silent])("a gateway that does not accept our token makes no container ready: %o", async (said) => {
  const { error } = await outcome(sources({ probe: "listening", said }));
  expect(error).toMatchObject({ code: "agent_not_ready" });
});

test.each([
  ["silent", "does not answer"],
  ["listening", "does not get ready"],
] as const)("a gateway that stays %s is told apart", async (probe, words) => {
  const { error } = await outcome(sources({ probe, said: { ...speaking, detail: "no provider" } }));
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).detail).toContain(words);
  expect((error as AppError).detail).toContain("no provider");
});

test("a container that has ended ends the waiting, with its exit code", async () => {
  const ended: ContainerObservation = { ...running, state: "exited", endpoint: null, exitCode: 78 };
  const { error, tookMs } = await outcome(sources({ probe: "silent", inspect: async () => ended }));
  expect(error).toMatchObject({ code: "agent_start_failed" });
  expect((error as AppError).detail).toContain("exit code 78");
  expect(tookMs).toBeLessThan(patience.patienceMs);
});

test("a container that was removed ends the waiting", async () => {
  const { error } = await outcome(sources({ probe: "silent", inspect: async () => null }));
  expect((error as AppError).detail).toContain("removed");
});

test("an engine that does not answer for a moment ends nothing", async () => {
  const { error } = await outcome(sources({ inspect: async () => Promise.reject(new Error("away")) }));
  expect(error).toBeNull();
});

test("the signal ends the waiting with its own reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 30);
  const { error } = await outcome(sources({ probe: "silent" }), controller.signal);
  expect(error).toBe(reason);
});

test("a container that works is waited for beyond its time, until it is ready", async () => {
  let probe: ProbeResult = "silent";
  setTimeout(() => {
    probe = "ready";
  }, 800);
  const from = sources({ cpuTimeMs: async () => performance.now() });
  const { error, tookMs } = await outcome({ ...from, probe: async () => probe });
  expect(error).toBeNull();
  expect(tookMs).toBeGreaterThan(patience.patienceMs);
});

test("a container that works for ever is given up at last, and told as that", async () => {
  const { error, tookMs } = await outcome(sources({ probe: "silent", cpuTimeMs: async () => performance.now() }));
  expect(error).toMatchObject({ code: "agent_not_ready", detail: expect.stringContaining("without finishing") });
  expect(tookMs).toBeGreaterThanOrEqual(patience.outerMs);
});

test("a container that uses a processor only a little makes no progress", async () => {
  const from = sources({ probe: "silent", cpuTimeMs: async () => performance.now() * 0.01 });
  const { error, tookMs } = await outcome(from);
  expect(error).toMatchObject({ code: "agent_not_ready", detail: expect.stringContaining("no progress") });
  expect(tookMs).toBeLessThan(patience.outerMs);
});
