import type { OnboardingStep } from "@mosaic/contracts/onboarding";

/** What is there already. */
export interface OnboardingFacts {
  readonly hasBreakglass: boolean;
  /** Single sign-on leaves nothing behind when it is skipped, so passing it is kept. */
  readonly isPastOidc: boolean;
  readonly hasProvider: boolean;
  readonly hasAgent: boolean;
  readonly hasRuntime: boolean;
}

/** Where the wizard goes on: the first step whose result is missing, whatever browser asks. */
export function nextStep(facts: OnboardingFacts): OnboardingStep {
  if (!facts.hasBreakglass) {
    return "breakglass";
  }
  if (!facts.isPastOidc) {
    return "oidc";
  }
  if (!facts.hasProvider) {
    return "provider";
  }
  return facts.hasAgent && facts.hasRuntime ? "summary" : "agents";
}
