import { problems } from "@mosaic/contracts/problem";
import { RuntimeError, type RuntimeErrorCode } from "@mosaic/runtime/agent-runtime";
import { expect, test } from "vitest";
import { AppError } from "../../platform/errors/app-error.js";
import { explainExit, toStartError } from "./start-failure.js";

test.each<[RuntimeErrorCode, keyof typeof problems]>([
  ["unreachable", "runtime_unavailable"],
  ["image_missing", "image_missing"],
  ["install_failed", "install_failed"],
  ["name_taken", "runtime_refused"],
  ["refused", "runtime_refused"],
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
] as const)("%o, having said %s, is explained with: %s", (observation, said, words) => {
  expect(explainExit(observation, said)).toContain(words);
});
