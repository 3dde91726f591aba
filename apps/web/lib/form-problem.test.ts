import { expect, test, vi } from "vitest";
import { ApiProblem, describeError } from "@/lib/api-problem";
import { placeFaults, splitFaults } from "@/lib/form-problem";

const refused = (...errors: { path: string; message: string }[]) =>
  new ApiProblem({ type: "about:blank", title: "The request is not valid", status: 400, code: "invalid_input", detail: "…", errors });

const detailOf = (rest: unknown): string | null => describeError(rest).detail;

test.each([
  [[{ path: "name", message: "This can't be empty" }], { name: "This can't be empty" }, null],
  [[{ path: "models.0.id", message: "No spaces" }], { models: "No spaces" }, null],
  [[{ path: "agent.name", message: "This can't be empty" }], { name: "This can't be empty" }, null],
  [[{ path: "idleTimeoutSeconds", message: "At most 5" }], { minutes: "At most 5" }, null],
  [
    [
      { path: "name", message: "One" },
      { path: "name", message: "Two" },
    ],
    { name: "One" },
    null,
  ],
  [
    [
      { path: "name", message: "One" },
      { path: "runtime", message: "Not here" },
    ],
    { name: "One" },
    "Runtime: Not here.",
  ],
  [[{ path: "runtime", message: "Not here" }], {}, "Runtime: Not here."],
  [[{ path: "fallbacks.0.model", message: "Gone" }], {}, "Model: Gone."],
  [[{ path: "__proto__", message: "No" }], {}, "__proto__: No."],
])("%j goes to %j, and %j is left for the page", (errors, faults, rest) => {
  const split = splitFaults(refused(...errors), { name: "name", models: "models", idleTimeoutSeconds: "minutes", model: "model" });
  expect(split.faults).toEqual(faults);
  expect(split.rest === null ? null : detailOf(split.rest)).toBe(rest);
});

test("what is no fault of a field is left as it is", () => {
  const failure = new Error("away");
  expect(splitFaults(failure, ["name"])).toEqual({ faults: {}, rest: failure });
});

test("the first of the faults that are placed gets the focus", () => {
  const setError = vi.fn<(field: string, fault: unknown, options?: unknown) => void>();
  const rest = placeFaults<{ name: string; models: string }>(
    refused({ path: "name", message: "One" }, { path: "models.3", message: "Two" }, { path: "kind", message: "Three" }),
    { setError },
    ["name", "models"],
  );
  expect(setError.mock.calls).toEqual([
    ["name", { type: "server", message: "One" }, { shouldFocus: true }],
    ["models", { type: "server", message: "Two" }, { shouldFocus: false }],
  ]);
  expect(detailOf(rest)).toBe("Kind: Three.");
});
