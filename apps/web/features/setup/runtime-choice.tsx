"use client";

import type { OnboardingOptions, RuntimeKind } from "@mosaic/contracts/onboarding";
import { Container, Cpu } from "lucide-react";
import { useId } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { ChoiceCard, ChoiceGroup } from "@/components/ui/choice-card";
import { FieldError } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { said } from "@/lib/said";
import { m } from "@messages/setup";

const texts: Record<RuntimeKind, { title: string; icon: typeof Cpu }> = {
  docker: { title: m.dockerContainers, icon: Container },
  process: { title: m.plainProcessesNoIsolation, icon: Cpu },
};

export interface RuntimeChoiceProps {
  readonly options: OnboardingOptions;
  readonly value: RuntimeKind;
  readonly onChange: (kind: string) => void;
  readonly hasConsent: boolean;
  readonly onConsent: (hasConsent: boolean) => void;
  readonly needsConsent: boolean;
}

export function RuntimeChoice({ options, value, onChange, hasConsent, onConsent, needsConsent }: RuntimeChoiceProps) {
  const id = useId();
  const chosen = options.runtimes.find(({ kind }) => kind === value);
  return (
    <section aria-labelledby={`${id}-title`} className="grid gap-3">
      <div className="grid gap-0.5">
        <h2 id={`${id}-title`} className="text-sm font-medium">
          {m.whereAgentsRun}
        </h2>
        {options.isRuntimeFixed ? <p className="text-[0.8125rem] text-muted-foreground">{m.setForThisInstallationBy}</p> : null}
      </div>
      <ChoiceGroup aria-labelledby={`${id}-title`} value={value} onValueChange={onChange} className="grid gap-2.5">
        {options.runtimes.map((runtime) => {
          const { title, icon: Icon } = texts[runtime.kind];
          return (
            <ChoiceCard
              key={runtime.kind}
              value={runtime.kind}
              title={title}
              description={said(runtime.detail)}
              isDisabled={!runtime.isAvailable || (options.isRuntimeFixed && runtime.kind !== value)}
              icon={<Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-muted-foreground" />}
            />
          );
        })}
      </ChoiceGroup>
      {chosen && !chosen.isIsolated ? (
        <NoIsolationConsent hasConsent={hasConsent} onConsent={onConsent} needsConsent={needsConsent} />
      ) : null}
    </section>
  );
}

function NoIsolationConsent({
  hasConsent,
  onConsent,
  needsConsent,
}: Pick<RuntimeChoiceProps, "hasConsent" | "onConsent" | "needsConsent">) {
  const id = useId();
  return (
    <div className="grid gap-3">
      <Notice tone="warning" title={m.thisRuntimeDoesNotIsolate}>
        {m.theAgentIsAnOrdinary}
      </Notice>
      <div className="grid gap-1.5">
        <div className="flex items-start gap-3 px-1">
          <Checkbox
            id={id}
            className="mt-0.5"
            checked={hasConsent}
            aria-invalid={needsConsent || undefined}
            {...(needsConsent ? { "aria-describedby": `${id}-error` } : {})}
            onCheckedChange={(checked) => onConsent(checked === true)}
          />
          <label htmlFor={id} className="text-sm leading-snug">
            {m.iUnderstandThatTheProcess}
          </label>
        </div>
        <FieldError id={`${id}-error`} message={needsConsent ? m.confirmThisOrChooseA : undefined} />
      </div>
    </div>
  );
}
