import { accountAtAddressRule, accountRule, addressRule, type ThrottleRule } from "./login-throttle.js";

/** One count that an attempt to sign in goes into. */
export interface AttemptCount {
  readonly subject: string;
  readonly rule: ThrottleRule;
  /** For the audit. */
  readonly limit: string;
  /** What the right password does to it: forget all failures, or only count this attempt as none. */
  readonly afterwards: "clear" | "take_back";
}

const inBrowser = (username: string): string => `browser:${username}|`;
const atNetwork = (username: string): string => `account:${username}|`;
const anywhere = (username: string): string => `account-anywhere:${username}`;

/** Where attempts at one account are counted: one subject, and all that begin so. No name holds the bar that ends a beginning. */
export function subjectsOf(username: string): { readonly subject: string; readonly beginnings: readonly string[] } {
  return { subject: anywhere(username), beginnings: [inBrowser(username), atNetwork(username)] };
}

export interface AttemptOrigin {
  readonly username: string;
  readonly network: string;
  /** Names the browser, if the account has signed in with it before. */
  readonly knownBrowser: string | null;
  /** The account has signed in from this network before. */
  readonly isKnownNetwork: boolean;
}

/**
 * What is counted of one attempt, narrowest first. A browser that the account has signed in with answers for itself only, so that nobody else
 * can keep its owner out. A network that it has signed in from is not held to what others try from elsewhere.
 */
export function attemptCounts({ username, network, knownBrowser, isKnownNetwork }: AttemptOrigin): AttemptCount[] {
  if (knownBrowser !== null) {
    const subject = `${inBrowser(username)}${knownBrowser}`;
    return [{ subject, rule: accountAtAddressRule, limit: "account_in_browser", afterwards: "clear" }];
  }
  const atAddress: AttemptCount = {
    subject: `${atNetwork(username)}${network}`,
    rule: accountAtAddressRule,
    limit: "account_from_address",
    afterwards: "clear",
  };
  const ofAddress: AttemptCount = { subject: `address:${network}`, rule: addressRule, limit: "address", afterwards: "take_back" };
  const ofAccount: AttemptCount = { subject: anywhere(username), rule: accountRule, limit: "account", afterwards: "take_back" };
  return isKnownNetwork ? [atAddress, ofAddress] : [atAddress, ofAddress, ofAccount];
}
