import type { Problem } from "@mosaic/contracts/problem";
import { said } from "@/lib/said";
import { m } from "@messages/problems";

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
    super(m.mosaicCantBeReached, { cause });
  }
}

/** What a page shows for any error. */
export const describeError = (error: unknown): { title: string; detail: string | null } => {
  if (error instanceof ApiProblem) return { title: m.titles[error.problem.code], detail: detailOf(error.problem) };
  if (error instanceof NetworkProblem) return { title: m.noConnectionToMosaic, detail: error.message };
  return { title: m.somethingWentWrongOnThis, detail: m.reloadThePageAndTry };
};

/** How the page calls a problem of this kind. */
export const titleOf = (code: Problem["code"]): string => m.titles[code];

/** A fault that has no field on the page is told with the name of what it is about, unless the API has already put it in a sentence. */
const detailOf = ({ detail: told, errors = [] }: Problem): string | null => {
  const detail = told === undefined ? null : said(told);
  if (errors.length === 0 || errors.some(({ message }) => message === told)) return detail;
  const named = errors
    .slice(0, shownFaults)
    .map(({ path, message }) => (path === "" ? said(message) : `${fieldName(path)}: ${said(message)}`));
  return `${named.join(". ")}.`;
};

const shownFaults = 5;

/** `models.0.contextWindow` → "Context window". */
const fieldName = (path: string): string => {
  const name = path.split(".").findLast((part) => !/^\d+$/.test(part)) ?? path;
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};

export const isProblem = (error: unknown, code: Problem["code"]): boolean => error instanceof ApiProblem && error.problem.code === code;
