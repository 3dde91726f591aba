"use client";

import type { UseFormReturn } from "react-hook-form";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { backendLabel, backendStart, type AgentValues, type BackendChoice } from "@/features/agents/agent-values";
import { m } from "@messages/agents";

export interface BackendFieldProps {
  readonly form: UseFormReturn<AgentValues>;
  readonly backends: readonly BackendChoice[];
  /** An agent keeps the backend that it was made of. */
  readonly isFixed: boolean;
}

export function BackendField({ form, backends, isFixed }: BackendFieldProps) {
  const value = form.watch("backend");
  if (backends.length <= 1) {
    return (
      <dl className="grid gap-1 text-sm">
        <dt className="font-medium">{m.backend}</dt>
        <dd className="text-muted-foreground">{backendLabel(backends, value)}</dd>
      </dl>
    );
  }
  const choose = (id: string): void => {
    const chosen = backends.find((backend) => backend.id === id);
    if (chosen === undefined) return;
    const { backend, tools, idleTimeoutMinutes } = backendStart(chosen);
    form.setValue("backend", backend, { shouldDirty: true });
    form.setValue("tools", tools, { shouldDirty: true });
    form.setValue("idleTimeoutMinutes", idleTimeoutMinutes, { shouldDirty: true });
  };
  return (
    <Field label={m.backend} hint={isFixed ? m.anAgentKeepsItsBackend : m.theSoftwareThatTheAgent}>
      {(control) => (
        <Select
          {...control}
          value={value}
          isDisabled={isFixed}
          onChange={choose}
          groups={[{ label: "", options: backends.map(({ id, label }) => ({ value: id, label })) }]}
        />
      )}
    </Field>
  );
}
