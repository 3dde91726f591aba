import type { Problem } from "@mosaic/contracts/problem";

/** What the API refused, in the words of its problem document. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

/** Nothing came back: the server is away, or this device is offline. */
export class NetworkProblem extends Error {
  override readonly name = "NetworkProblem";

  constructor(cause: unknown) {
    super("Mosaic can't be reached. Check your connection and that it is still running.", { cause });
  }
}

/** What a page shows for any error. */
export const describeError = (error: unknown): { title: string; detail: string | null } => {
  if (error instanceof ApiProblem) return { title: error.problem.title, detail: error.problem.detail ?? null };
  if (error instanceof NetworkProblem) return { title: "No connection to Mosaic", detail: error.message };
  return { title: "Something went wrong on this page", detail: "Reload the page and try again." };
};

export const isProblem = (error: unknown, code: Problem["code"]): boolean => error instanceof ApiProblem && error.problem.code === code;
