import type { OnboardingStep, RuntimeKind } from "@mosaic/contracts/onboarding";
import type { OidcValues } from "@/features/admin-oidc/oidc-values";
import type { ProviderValues } from "@/features/providers/provider-values";
import type { AgentValues } from "@/features/agents/agent-values";

export interface WizardStep {
  readonly id: OnboardingStep;
  readonly name: string;
  readonly title: string;
  readonly lead: string;
}

export const wizardSteps: readonly WizardStep[] = [
  {
    id: "breakglass",
    name: "Administrator",
    title: "Create the administrator",
    lead: "This account can always sign in, whatever happens to other ways of signing in. Keep its password in a safe place.",
  },
  { id: "oidc", name: "Sign-in", title: "Sign-in for your team", lead: "Connect the sign-in of your organisation, or leave it for later." },
  {
    id: "provider",
    name: "Provider",
    title: "Connect a model provider",
    lead: "Agents think with a language model. Choose where it comes from.",
  },
  {
    id: "agents",
    name: "Agent",
    title: "Create your first agent",
    lead: "An assistant of your own. Everything here can be changed later.",
  },
  { id: "summary", name: "Summary", title: "Ready to go?", lead: "A last look at everything that your agent needs." },
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
