"use client";

import type { OnboardingStatus, OnboardingStep } from "@mosaic/contracts/onboarding";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { AgentStep } from "@/features/setup/agent-step";
import { BreakglassStep } from "@/features/setup/breakglass-step";
import { OidcStep } from "@/features/setup/oidc-step";
import { ProviderStep } from "@/features/setup/provider-step";
import { keepable, keepDraft, readDraft } from "@/features/setup/setup-draft";
import { SummaryStep } from "@/features/setup/summary-step";
import { TokenStep } from "@/features/setup/token-step";
import { nextStep, previousStep, shownStep, stepIndex, wizardSteps, type WizardMemory } from "@/features/setup/wizard";
import { WizardFrame } from "@/features/setup/wizard-frame";
import { Gate } from "@/features/entry/gate";
import { useOnboardingStatus } from "@/features/entry/onboarding-status";
import { usePageTitle } from "@/lib/page-title";
import { queryKeys } from "@/lib/query-keys";
import { m } from "@messages/setup";

export function SetupPage() {
  const client = useQueryClient();
  useEffect(() => {
    // Opening the printed link in a tab that is here already changes the fragment only.
    const onHashChange = (): void => void client.invalidateQueries({ queryKey: queryKeys.onboarding, exact: true });
    window.addEventListener("hashchange", onHashChange);
    return () => window.removeEventListener("hashchange", onHashChange);
  }, [client]);
  return (
    <Gate page="setup">
      <Wizard />
    </Gate>
  );
}

export interface StepProps {
  readonly status: OnboardingStatus;
  readonly isDone: boolean;
  readonly memory: WizardMemory;
  readonly onRemember: (entered: Partial<WizardMemory>) => void;
  readonly onNext: () => void;
  readonly onBack: (() => void) | null;
}

const stepViews: Record<OnboardingStep, (props: StepProps) => ReactNode> = {
  breakglass: BreakglassStep,
  oidc: OidcStep,
  provider: ProviderStep,
  agents: AgentStep,
  summary: SummaryStep,
};

/** Kept at once: a page that is left has no time for another render. */
const useMemory = () => {
  const [memory, setMemory] = useState(readDraft);
  const latest = useRef(memory);
  const remember = (entered: Partial<WizardMemory>): void => {
    latest.current = { ...latest.current, ...keepable(entered) };
    keepDraft(latest.current);
    setMemory(latest.current);
  };
  return { memory, remember };
};

function Wizard() {
  const status = useOnboardingStatus().data;
  const { memory, remember } = useMemory();
  const { viewed } = memory;
  const setViewed = (step: OnboardingStep): void => remember({ viewed: step });
  const reached = status?.step ?? "breakglass";
  const shown = shownStep(viewed, reached);
  const step = wizardSteps[stepIndex(shown)];
  const mustShowLink = status !== undefined && shown === "breakglass" && reached === "breakglass" && !status.hasSetupToken;
  usePageTitle(`${mustShowLink ? m.openTheSetUpLink : (step?.title ?? "")} · ${m.setUp}`);
  if (!status || !step) return null;
  if (mustShowLink) return <TokenStep />;
  const back = previousStep(shown);
  const View = stepViews[shown];
  return (
    <WizardFrame step={step} reached={reached} onSelect={setViewed}>
      <View
        key={shown}
        status={status}
        isDone={stepIndex(shown) < stepIndex(reached)}
        memory={memory}
        onRemember={remember}
        onNext={() => setViewed(nextStep(shown))}
        onBack={back === null ? null : () => setViewed(back)}
      />
    </WizardFrame>
  );
}
