// The published types stop at its version 0.6, which can't be told what is preferred.
declare module "negotiator" {
  export default class Negotiator {
    constructor(request: { headers: Record<string, string | string[] | undefined> });
    /** The encoding that suits the browser best, of those offered; of equal ones the first of `preferred`. */
    encoding(offered: readonly string[], options: { preferred: string[] }): string | undefined;
  }
}
