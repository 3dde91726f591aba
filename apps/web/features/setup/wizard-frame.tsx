"use client";

import type { OnboardingStep } from "@mosaic/contracts/onboarding";
import { Check } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { stepIndex, stepState, wizardSteps, type WizardStep } from "@/features/setup/wizard";
import { Logo } from "@/components/page/logo";
import { ThemeSelect } from "@/components/page/theme-select";
import { m } from "@messages/setup";

export interface WizardFrameProps {
  readonly step: WizardStep;
  readonly reached: OnboardingStep;
  readonly onSelect: (step: OnboardingStep) => void;
  readonly children: ReactNode;
}

export function WizardFrame({ step, reached, onSelect, children }: WizardFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const focused = useRef(step.id);
  useEffect(() => {
    if (focused.current === step.id) return;
    focused.current = step.id;
    window.scrollTo({ top: 0 });
    heading.current?.focus({ preventScroll: true });
  }, [step.id]);
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[20rem_1fr]">
      <header className="flex flex-col gap-5 border-b bg-sidebar px-5 py-4 sm:px-8 lg:sticky lg:top-0 lg:h-dvh lg:gap-10 lg:border-b-0 lg:border-e lg:p-8">
        <div className="flex items-center justify-between">
          <Logo />
          <ThemeSelect />
        </div>
        <Steps shown={step.id} reached={reached} onSelect={onSelect} />
        <p className="mt-auto hidden text-sm leading-relaxed text-muted-foreground lg:block">{m.mosaicGivesEveryPersonOf}</p>
      </header>
      <main id="main" tabIndex={-1} className="px-5 pb-20 pt-8 outline-none sm:px-8 lg:px-14 lg:pt-16">
        <div key={step.id} className="mx-auto grid max-w-2xl animate-rise gap-8">
          <div className="grid gap-2">
            <p className="text-sm text-muted-foreground">{m.stepOf(stepIndex(step.id) + 1, wizardSteps.length)}</p>
            <h1 ref={heading} tabIndex={-1} className="text-balance text-2xl font-semibold tracking-tight outline-none sm:text-3xl">
              {step.title}
            </h1>
            <p className="max-w-prose leading-relaxed text-muted-foreground">{step.lead}</p>
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}

interface StepsProps {
  readonly shown: OnboardingStep;
  readonly reached: OnboardingStep;
  readonly onSelect: (step: OnboardingStep) => void;
}

function Steps({ shown, reached, onSelect }: StepsProps) {
  return (
    <nav aria-label={m.setUpSteps}>
      <ol className="flex gap-1.5 lg:flex-col lg:gap-1">
        {wizardSteps.map((step, index) => {
          const state = stepState(step.id, reached);
          const isShown = step.id === shown;
          return (
            <li key={step.id} className="flex-1">
              <button
                type="button"
                disabled={state === "todo"}
                aria-current={isShown ? "step" : undefined}
                onClick={() => onSelect(step.id)}
                className={cn(
                  "flex w-full items-center gap-3 rounded-lg p-1 text-start text-sm transition-colors enabled:hover:bg-accent disabled:cursor-not-allowed max-lg:justify-center lg:px-3 lg:py-2.5",
                  isShown ? "font-medium lg:bg-accent" : "text-muted-foreground",
                )}
              >
                <StepMark number={index + 1} state={state} isShown={isShown} />
                <span className="max-lg:sr-only">{step.name}</span>
                {state === "done" ? <span className="sr-only"> {m.done}</span> : null}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function StepMark({
  number,
  state,
  isShown,
}: {
  readonly number: number;
  readonly state: "done" | "current" | "todo";
  readonly isShown: boolean;
}) {
  return (
    <span
      aria-hidden
      className={cn(
        "grid size-7 shrink-0 place-items-center rounded-md border text-[0.8125rem] font-medium tabular-nums",
        state === "todo" && "border-dashed border-input",
        state === "current" && "border-primary text-primary",
        state === "done" && "border-transparent bg-primary/12 text-primary",
        isShown && "border-primary bg-primary text-primary-foreground",
      )}
    >
      {state === "done" && !isShown ? <Check className="size-4" /> : number}
    </span>
  );
}
