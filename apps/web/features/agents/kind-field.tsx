"use client";

import { TriangleAlert } from "lucide-react";
import { useId } from "react";
import { useController, type UseFormReturn } from "react-hook-form";
import { ChoiceCard, ChoiceGroup } from "@/components/ui/choice-card";
import { FieldError } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { backendLabel, withKind, type AgentValues, type BackendChoice } from "@/features/agents/agent-values";
import { said } from "@/lib/said";
import { m } from "@messages/agents";

export interface KindFieldProps {
  readonly form: UseFormReturn<AgentValues>;
  readonly backends: readonly BackendChoice[];
  /** An agent keeps the kind that it was made of. */
  readonly isFixed: boolean;
}

export function KindField({ form, backends, isFixed }: KindFieldProps) {
  const { field, fieldState } = useController({ name: "backend", control: form.control });
  const error = fieldState.error?.message;
  if (isFixed || backends.length === 1) return <OnlyKind backends={backends} id={field.value} isFixed={isFixed} error={error} />;
  if (backends.length === 0) {
    return (
      <Notice tone="warning" title={m.noKindIsOffered}>
        {m.askAnAdminToOfferOne}
      </Notice>
    );
  }
  const choose = (id: string): void => {
    const to = backends.find((backend) => backend.id === id);
    if (to === undefined) return;
    const from = backends.find((backend) => backend.id === field.value);
    const { tools, idleTimeoutMinutes } = withKind(form.getValues(), from, to);
    field.onChange(id);
    form.setValue("tools", tools, { shouldDirty: true });
    form.setValue("idleTimeoutMinutes", idleTimeoutMinutes, { shouldDirty: true });
  };
  return <KindCards backends={backends} value={field.value} onChoose={choose} groupRef={field.ref} error={error} />;
}

interface KindCardsProps {
  readonly backends: readonly BackendChoice[];
  readonly value: string;
  readonly onChoose: (id: string) => void;
  readonly groupRef: (group: HTMLDivElement | null) => void;
  readonly error: string | undefined;
}

function KindCards({ backends, value, onChoose, groupRef, error }: KindCardsProps) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <p id={`${id}-label`} className="text-sm font-medium">
        {m.kindOfAgent}
      </p>
      <ChoiceGroup
        ref={groupRef}
        aria-labelledby={`${id}-label`}
        aria-describedby={error ? `${id}-hint ${id}-error` : `${id}-hint`}
        aria-invalid={error ? true : undefined}
        value={value}
        onValueChange={onChoose}
        className="grid gap-2.5 sm:grid-cols-2"
      >
        {backends.map((backend) => (
          <ChoiceCard
            key={backend.id}
            value={backend.id}
            title={backend.label}
            description={said(backend.description)}
            isDisabled={backend.unavailable !== undefined}
            {...(backend.unavailable === undefined ? {} : { reason: said(backend.unavailable) })}
          />
        ))}
      </ChoiceGroup>
      <p id={`${id}-hint`} className="text-[0.8125rem] leading-snug text-muted-foreground">
        {m.theSoftwareThatTheAgent}
      </p>
      <FieldError id={`${id}-error`} message={error} />
    </div>
  );
}

interface OnlyKindProps extends Pick<KindFieldProps, "backends" | "isFixed"> {
  readonly id: string;
  readonly error: string | undefined;
}

function OnlyKind({ backends, id, isFixed, error }: OnlyKindProps) {
  const known = backends.find((backend) => backend.id === id);
  return (
    <dl className="grid gap-1 text-sm">
      <dt className="font-medium">{m.kindOfAgent}</dt>
      <dd>{backendLabel(backends, id)}</dd>
      {known === undefined || known.description === "" ? null : <dd className="text-muted-foreground">{said(known.description)}</dd>}
      {isFixed ? <dd className="text-[0.8125rem] text-muted-foreground">{m.anAgentKeepsItsKind}</dd> : null}
      {known?.unavailable === undefined ? null : (
        <dd className="flex items-start gap-1.5 text-warning">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {said(known.unavailable)}
        </dd>
      )}
      {error === undefined ? null : (
        <dd>
          <FieldError message={error} />
        </dd>
      )}
    </dl>
  );
}
