import { problems } from "@mosaic/contracts/problem";
import { RuntimeError, type RuntimeErrorCode } from "@mosaic/runtime/agent-runtime";
import { expect, test } from "vitest";
import { AppError } from "../../../platform/errors/app-error.js";
import { endedAgentOf, explainExit, toStartError } from "./start-failure.js";

const limits = {
  id: "openclaw",
  image: "mosaic/openclaw:1",
  memoryLimitBytes: 1.5 * 1024 ** 3,
  nanoCpus: 1e9,
  pidsLimit: 256,
  readyTimeoutMs: 120_000,
};

test.each<[RuntimeErrorCode, keyof typeof problems]>([
  ["unreachable", "runtime_unavailable"],
  ["image_missing", "image_missing"],
  ["install_failed", "install_failed"],
  ["name_taken", "runtime_refused"],
  ["refused", "runtime_refused"],
  ["file_unreadable", "runtime_refused"],
  ["not_found", "agent_start_failed"],
])("the engine's %s is told as %s, in the engine's words", (code, told) => {
  const error = toStartError(new RuntimeError(code, "Do this."));
  expect(error).toMatchObject({ code: told, detail: "Do this." });
});

test("an error that is already ours stays as it is", () => {
  const error = new AppError("model_not_assigned");
  expect(toStartError(error)).toBe(error);
});

test("an unexpected error shows nothing of itself", () => {
  expect(toStartError(new Error("password=1234")).detail).not.toContain("1234");
});

test.each([
  [null, null, "removed"],
  [{ exitCode: 137, wasOutOfMemory: true }, null, "ran out of memory"],
  [{ exitCode: 137, wasOutOfMemory: false }, null, "it was killed"],
  [{ exitCode: 77, wasOutOfMemory: false }, null, "did not accept its token"],
  [{ exitCode: 1, wasOutOfMemory: false }, "no lease", "exit code 1. It said: no lease"],
  [{ exitCode: null, wasOutOfMemory: false }, null, "It ended."],
  [{ exitCode: 78, wasOutOfMemory: false }, null, "its configuration was not accepted"],
  [{ exitCode: 78, wasOutOfMemory: false }, "state lease heartbeat did not become ready (timeoutMs=5000)", "too busy"],
  [{ exitCode: 1, wasOutOfMemory: false }, "startup migrations did not complete cleanly", "Nothing is wrong with its settings"],
] as const)("%o, having said %s, is explained with: %s", (observation, said, words) => {
  expect(explainExit(observation, said, endedAgentOf(limits))).toContain(words);
});

test.each([
  [768, "it may use 768 MB. It needs at least 1 GB, and 1.5 GB to be comfortable. An admin gives it more under Admin → Backends."],
  [4096, "it may use 4 GB. Let it do less at once, or have an admin give it more under Admin → Backends."],
])("an agent that the kernel killed for memory is told with its %i MB and what to do", (megabytes, words) => {
  const agent = endedAgentOf({ ...limits, memoryLimitBytes: megabytes * 1024 ** 2 });
  expect(explainExit({ exitCode: 137, wasOutOfMemory: true }, "any words", agent)).toBe(`It ran out of memory and was killed: ${words}`);
});
