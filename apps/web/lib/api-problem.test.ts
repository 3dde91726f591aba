import { expect, test } from "vitest";
import { ApiProblem, describeError } from "@/lib/api-problem";

const problem = (detail: string, errors: { path: string; message: string }[]) =>
  new ApiProblem({ type: "about:blank", title: "The request is not valid", status: 400, code: "invalid_input", detail, errors });

test.each([
  ["Some fields are not valid.", [{ path: "models.0.contextWindow", message: "A whole number" }], "Context window: A whole number."],
  ["Choose a model", [{ path: "agent.model", message: "Choose a model" }], "Choose a model"],
  ["Some fields are not valid.", [], "Some fields are not valid."],
  ["Some fields are not valid.", [{ path: "", message: "Nothing was sent" }], "Nothing was sent."],
])("%s with %j is told as %j", (detail, errors, told) => {
  expect(describeError(problem(detail, errors)).detail).toBe(told);
});
