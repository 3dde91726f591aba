import type { OidcProblem } from "@mosaic/contracts/oidc";

/** A sign-in that ends at the login page. `reason` is for the audit and the log: a word of ours, never text of the sign-in server. */
export class OidcRefusal extends Error {
  readonly problem: OidcProblem;
  readonly reason: string;
  readonly account: { readonly id: string; readonly name: string } | null;
  /** By how much the two clocks differ, where that is the reason. */
  readonly skewSeconds: number | null;

  constructor(problem: OidcProblem, reason: string, account: OidcRefusal["account"] = null, skewSeconds: number | null = null) {
    super(reason);
    this.name = "OidcRefusal";
    this.problem = problem;
    this.reason = reason;
    this.account = account;
    this.skewSeconds = skewSeconds;
  }
}
