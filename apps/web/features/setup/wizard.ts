import type { OnboardingStep, RuntimeKind } from "@mosaic/contracts/onboarding";
import type { OidcValues } from "@/features/admin-oidc/oidc-values";
import type { ProviderValues } from "@/features/providers/provider-values";
import type { AgentValues } from "@/features/agents/agent-values";
import { m } from "@messages/setup";

export interface WizardStep {
  readonly id: OnboardingStep;
  readonly name: string;
  readonly title: string;
  readonly lead: string;
}

export const wizardSteps: readonly WizardStep[] = [
  {
    id: "breakglass",
    name: m.administrator,
    title: m.createTheAdministrator,
    lead: m.thisAccountCanAlwaysSign,
  },
  { id: "oidc", name: m.signIn, title: m.signInForYourTeam, lead: m.connectTheSignInOf },
  {
    id: "provider",
    name: m.provider,
    title: m.connectAModelProvider,
    lead: m.agentsThinkWithALanguage,
  },
  {
    id: "agents",
    name: m.agent,
    title: m.createYourFirstAgent,
    lead: m.anAssistantOfYourOwn,
  },
  { id: "summary", name: m.summary, title: m.readyToGo, lead: m.aLastLookAtEverything },
];

export const stepIndex = (id: OnboardingStep): number => wizardSteps.findIndex((step) => step.id === id);

export type StepState = "done" | "current" | "todo";

export const stepState = (id: OnboardingStep, reached: OnboardingStep): StepState => {
  const difference = stepIndex(id) - stepIndex(reached);
  return difference < 0 ? "done" : difference === 0 ? "current" : "todo";
};

/** The step to show: what the user went back to, as long as it has been reached; else where the server is. */
export const shownStep = (viewed: OnboardingStep | null, reached: OnboardingStep): OnboardingStep =>
  viewed !== null && stepIndex(viewed) <= stepIndex(reached) ? viewed : reached;

export const nextStep = (id: OnboardingStep): OnboardingStep => wizardSteps[stepIndex(id) + 1]?.id ?? "summary";

export const previousStep = (id: OnboardingStep): OnboardingStep | null => wizardSteps[stepIndex(id) - 1]?.id ?? null;

/** What was entered and not sent yet, kept while the user moves between the steps, and without its secrets over a reload (`setup-draft.ts`). */
export interface WizardMemory {
  /** The step that the user went back to. */
  readonly viewed: OnboardingStep | null;
  readonly username: string | null;
  /** How people sign in: the choice, and what was entered for it. */
  readonly signIn: string | null;
  readonly oidc: OidcValues | null;
  readonly provider: ProviderValues | null;
  readonly agent: AgentValues | null;
  readonly runtime: RuntimeKind | null;
  readonly acceptsNoIsolation: boolean;
  readonly sharesModel: boolean | null;
}

export const emptyMemory = (): WizardMemory => ({
  viewed: null,
  username: null,
  signIn: null,
  oidc: null,
  provider: null,
  agent: null,
  runtime: null,
  acceptsNoIsolation: false,
  sharesModel: null,
});
