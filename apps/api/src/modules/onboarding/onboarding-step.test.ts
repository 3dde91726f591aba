import { expect, test } from "vitest";
import { nextStep } from "./onboarding-step.js";

const all = { hasBreakglass: true, isPastOidc: true, hasProvider: true, hasAgent: true, hasRuntime: true };

test.each([
  ["nothing is there", { hasBreakglass: false, isPastOidc: false, hasProvider: false, hasAgent: false, hasRuntime: false }, "breakglass"],
  ["the admin is gone, whatever else there is", { ...all, hasBreakglass: false }, "breakglass"],
  ["there is an admin", { hasBreakglass: true, isPastOidc: false, hasProvider: false, hasAgent: false, hasRuntime: false }, "oidc"],
  ["sign-in was skipped", { ...all, hasProvider: false, hasAgent: false }, "provider"],
  ["there is a provider", { ...all, hasAgent: false }, "agents"],
  ["the runtime was not chosen", { ...all, hasRuntime: false }, "agents"],
  ["all is there", all, "summary"],
] as const)("when %s, the wizard goes on at the first step whose result is missing", (_name, facts, step) => {
  expect(nextStep(facts)).toBe(step);
});
