import { expect, test } from "vitest";
import { attemptCounts } from "./sign-in-rules.js";

const origin = { username: "ann", network: "203.0.113.7", knownBrowser: null, isKnownNetwork: false };

test.each([
  ["nobody knows", origin, ["account:ann|203.0.113.7", "address:203.0.113.7", "account-anywhere:ann"]],
  ["the account has signed in from", { ...origin, isKnownNetwork: true }, ["account:ann|203.0.113.7", "address:203.0.113.7"]],
  ["holds a browser of its owner", { ...origin, knownBrowser: "b1" }, ["browser:ann|b1"]],
  ["is known twice over", { ...origin, knownBrowser: "b1", isKnownNetwork: true }, ["browser:ann|b1"]],
])("an attempt from a place that %s goes into its own counts", (_name, from, subjects) => {
  expect(attemptCounts(from).map(({ subject }) => subject)).toEqual(subjects);
});

test("a name can't be made to look like another count", () => {
  const subjects = (username: string): string[] => attemptCounts({ ...origin, username }).map(({ subject }) => subject);
  expect(subjects("ann|203.0.113.7").filter((subject) => subjects("ann").includes(subject))).toEqual(["address:203.0.113.7"]);
});
