import { expect, test } from "vitest";
import { fromPlaywright, sum, verdict, withCause, withExitCode } from "./test-results.mjs";
import { withReasons } from "./test-steps.mjs";

const none = { passed: 0, flaky: [], failed: [], skipped: [] };

test("Playwright: expected and flaky pass, unexpected fails, skipped is kept with its reason", () => {
  const spec = (/** @type {string} */ title, /** @type {string} */ status, /** @type {object[]} */ annotations = []) => ({
    title,
    tests: [{ projectName: "docker", status, annotations, results: status === "unexpected" ? [{ error: { message: "no stop" } }] : [] }],
  });
  const suites = [
    {
      title: "chat.spec.ts",
      specs: [spec("a", "expected"), spec("b", "flaky")],
      suites: [
        {
          title: "stop",
          specs: [spec("c", "unexpected"), spec("d", "skipped", [{ type: "skip", description: "no engine" }])],
        },
      ],
    },
  ];
  expect(fromPlaywright(JSON.stringify({ suites, errors: [{ message: "boom\nat x" }] }))).toEqual({
    passed: 2,
    flaky: ["chat.spec.ts > b > docker"],
    failed: ["chat.spec.ts > stop > c > docker: no stop", "boom"],
    skipped: [{ name: "chat.spec.ts > stop > d > docker", why: "no engine" }],
  });
});

test("a failure says its cause in one line, without colours and not without end", () => {
  expect(withCause("a > b", "\u001B[31mexpected\u001B[39m 1\n\n  received 2")).toBe("a > b: expected 1 | received 2");
  expect(withCause("a > b", undefined)).toBe("a > b");
  expect(withCause("a", "x".repeat(100_000))).toHaveLength(503);
});

test("a run that crashed without a failed test has failed", () => {
  expect(withExitCode(undefined, 1, "api").failed).toHaveLength(1);
  expect(withExitCode({ ...none, passed: 3 }, 1, "api")).toMatchObject({
    passed: 3,
    failed: ["api: ended with code 1 though no test failed"],
  });
  expect(withExitCode({ ...none, passed: 3, failed: ["x"] }, 1, "api").failed).toEqual(["x"]);
  expect(withExitCode({ ...none, passed: 3 }, 0, "api").failed).toEqual([]);
});

test("a run that wrote no report has failed, whatever it ended with", () => {
  expect(withExitCode(undefined, 0, "api").failed).toHaveLength(1);
});

test("what passed at a second try is told, and passes", () => {
  expect(verdict({ ...none, passed: 1, flaky: ["chat > a"] }, { requiresAll: true })).toEqual({
    exitCode: 0,
    lines: ["FLAKY: chat > a: it failed, and passed when it was tried again", "Tests: 1 passed, 0 failed, 0 skipped"],
  });
});

test("the last line is the tally, also when nothing was skipped", () => {
  const total = sum([
    { ...none, passed: 2 },
    { ...none, passed: 1 },
  ]);
  expect(verdict(total, { requiresAll: true })).toEqual({
    exitCode: 0,
    lines: ["Tests: 3 passed, 0 failed, 0 skipped"],
  });
});

test("every skipped thing is named with its reason, and is a failure only when nothing may be skipped", () => {
  const total = {
    passed: 1,
    flaky: [],
    failed: [],
    skipped: [{ name: "e2e", why: "no Chromium" }, { name: "x" }],
  };
  const lines = ["SKIPPED: e2e: no Chromium", "SKIPPED: x: the test gives no reason"];
  expect(verdict(total, { requiresAll: false })).toEqual({
    exitCode: 0,
    lines: [...lines, "Tests: 1 passed, 0 failed, 2 skipped"],
  });
  expect(verdict(total, { requiresAll: true }).exitCode).toBe(1);
  expect(verdict(total, { requiresAll: true }).lines.at(-1)).toBe("Tests: 1 passed, 0 failed, 2 skipped");
});

test("a failure, and a run of nothing at all, fail", () => {
  expect(verdict({ ...none, passed: 5, failed: ["y"] }, { requiresAll: false })).toEqual({
    exitCode: 1,
    lines: ["FAILED: y", "Tests: 5 passed, 1 failed, 0 skipped"],
  });
  expect(verdict({ ...none, skipped: [{ name: "e2e", why: "z" }] }, { requiresAll: false }).exitCode).toBe(1);
});

test("a skipped test without a reason gets that of the capability it is named after, if that is missing", () => {
  const capability = (/** @type {boolean} */ isThere, /** @type {string} */ why) => ({
    isThere,
    why,
    env: {},
  });
  const context = {
    capabilities: { docker: capability(false, "no engine"), openclaw: capability(true, "") },
    skipReasons: [
      { pattern: /docker/i, capability: "docker" },
      { pattern: /openclaw/i, capability: "openclaw" },
    ],
  };
  const report = {
    ...none,
    skipped: [{ name: "Docker driver: starts" }, { name: "openclaw: starts" }, { name: "docker: own", why: "its own" }],
  };
  expect(withReasons(report, context).skipped.map(({ why }) => why)).toEqual(["no engine", undefined, "its own"]);
});
