import { describe, expect, test } from "vitest";
import { hangLimits } from "./hang-limits.js";
import { hangVerdict } from "./hang-verdict.js";

describe("a gateway that does not answer", () => {
  test.each([
    ["stands still for long enough", { questions: 6, forMs: 15_000, stretchMs: 15_000, cpuMs: 40 }, "hung"],
    ["stands still, but not for long yet", { questions: 5, forMs: 14_000, stretchMs: 14_000, cpuMs: 0 }, "too_early"],
    ["was asked too rarely, since Mosaic itself was slow", { questions: 2, forMs: 20_000, stretchMs: 20_000, cpuMs: 0 }, "too_early"],
    ["works: its event loop is busy", { questions: 7, forMs: 16_000, stretchMs: 16_000, cpuMs: 15_000 }, "busy"],
    ["gets little of an overloaded machine, but works", { questions: 8, forMs: 16_000, stretchMs: 16_000, cpuMs: 400 }, "busy"],
    ["worked before, and stands still since", { questions: 16, forMs: 40_000, stretchMs: 15_500, cpuMs: 30 }, "hung"],
    ["works on nothing else for two minutes", { questions: 48, forMs: 121_000, stretchMs: 15_000, cpuMs: 14_000 }, "hung"],
    ["can't be looked at, since the engine does not tell", { questions: 8, forMs: 20_000, stretchMs: 20_000, cpuMs: null }, "busy"],
    ["can't be looked at for two minutes", { questions: 48, forMs: 121_000, stretchMs: 15_000, cpuMs: null }, "hung"],
  ] as const)("and %s: %o is %s", (_what, unanswered, expected) => {
    expect(hangVerdict(unanswered, hangLimits)).toBe(expected);
  });
});
