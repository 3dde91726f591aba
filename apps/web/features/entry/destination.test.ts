import type { OnboardingStatus } from "@mosaic/contracts/onboarding";
import { expect, test } from "vitest";
import { destination, safeNext, type PageKind } from "@/features/entry/destination";

const status = (over: Partial<OnboardingStatus>): OnboardingStatus => ({
  isComplete: false,
  step: "breakglass",
  hasSetupToken: false,
  isSignedIn: false,
  user: null,
  areAgentsIsolated: null,
  ...over,
});
const complete = status({ isComplete: true, step: "summary" });

test.each<[PageKind, OnboardingStatus, string | null]>([
  ["home", status({}), "/setup"],
  ["app", status({}), "/setup"],
  ["login", status({}), "/setup"],
  ["setup", status({}), null],
  ["setup", status({ step: "provider" }), "/login?next=%2Fsetup"],
  ["login", status({ step: "provider" }), null],
  ["login", status({ step: "provider", isSignedIn: true }), "/setup"],
  ["setup", status({ step: "provider", isSignedIn: true }), null],
  ["home", complete, "/login"],
  ["home", { ...complete, isSignedIn: true }, "/chat"],
  ["setup", { ...complete, isSignedIn: true }, "/chat"],
  ["setup", complete, "/login"],
  ["app", complete, "/login?next=%2Fchat%3Fid%3D1"],
  ["app", { ...complete, isSignedIn: true }, null],
  ["login", complete, null],
])("the %s page leads where %o says", (page, given, expected) => {
  expect(destination(page, given, "/chat?id=1")).toBe(expected);
});

test.each([
  [null, "/chat"],
  ["/settings/agents?edit=new", "/settings/agents?edit=new"],
  ["//evil.example/x", "/chat"],
  ["/\\evil.example", "/chat"],
  ["https://evil.example", "/chat"],
  ["javascript:alert(1)", "/chat"],
  ["/login?next=/login", "/chat"],
])("after signing in, next=%s leads to %s", (next, expected) => {
  expect(safeNext(next)).toBe(expected);
});
