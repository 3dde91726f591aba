import { expect, test } from "vitest";
import { blame, silentParty } from "./silent-party.js";

test.each([
  ["the relay saw the call", { call: "made", measured: "gateway_slow", isTaken: true }, "provider"],
  ["the relay saw no call, however promptly the agent answered", { call: "none", measured: "gateway_prompt", isTaken: true }, "agent"],
  ["nobody saw, the agent answered promptly all the while", { call: "unknown", measured: "gateway_prompt", isTaken: true }, "provider"],
  ["nobody saw, the agent itself was slow", { call: "unknown", measured: "gateway_slow", isTaken: true }, "agent"],
  ["nobody saw, and the agent did not even take the message", { call: "unknown", measured: "unknown", isTaken: false }, "agent"],
  ["nobody saw or asked, the agent took the message", { call: "unknown", measured: "unknown", isTaken: true }, "provider"],
] as const)("who was slow when %s: %o is the %s", (_what, turn, party) => {
  expect(silentParty(turn)).toBe(party);
});

test("a provider that got no call is not blamed, and one that did keeps its words", () => {
  const failure = { kind: "failure", code: "provider_timeout", detail: "The provider did not answer in time." } as const;
  expect(blame(failure, { call: "made", measured: "unknown", isTaken: true })).toBe(failure);
  expect(blame(failure, { call: "none", measured: "unknown", isTaken: true })).toMatchObject({
    code: "agent_not_responding",
    detail: expect.stringContaining("did not call its model"),
  });
});
