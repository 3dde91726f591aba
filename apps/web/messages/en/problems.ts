import { problems, type ProblemCode } from "@mosaic/contracts/problem";

const titles = Object.fromEntries(Object.entries(problems).map(([code, { title }]) => [code, title])) as Record<ProblemCode, string>;

export const m = {
  /** As the API says them, which speaks English. */
  titles,
  mosaicCantBeReached: "Mosaic can’t be reached. Check your connection, and whether Mosaic is still running.",
  noConnectionToMosaic: "No connection to Mosaic",
  somethingWentWrongOnThis: "Something went wrong on this page",
  reloadThePageAndTry: "Reload the page and try again.",
  theServerAnswered: (status: number) => `The server answered ${status} without saying why.`,
};
