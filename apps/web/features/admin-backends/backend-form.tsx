"use client";

import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import type { AgentToolGroup } from "@mosaic/contracts/agent";
import { useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { useUpdateBackend } from "@/features/admin-backends/backend-queries";
import { ImageCheckButton } from "@/features/admin-backends/image-check";
import { KindHead } from "@/features/admin-backends/kind-head";
import {
  backendFields,
  checkBackend,
  inMb,
  memoryWarning,
  toBackendValues,
  toUpdateBackend,
  type BackendFaults,
  type BackendValues,
} from "@/features/admin-backends/units";
import { ToolsField } from "@/features/agents/tools-field";
import { SaveProblem } from "@/components/page/save-problem";
import { useUnsavedChanges } from "@/components/page/unsaved-guard";
import { splitFaults, useFirstFault } from "@/lib/form-problem";
import { m } from "@messages/admin-backends";

const useBackendForm = (stored: BackendSettings) => {
  const save = useUpdateBackend();
  const [initial] = useState(() => toBackendValues(stored));
  const [values, setValues] = useState(initial);
  const [faults, setFaults] = useState<BackendFaults>({});
  const [rest, setRest] = useState<unknown>(null);
  const form = useFirstFault(faults);
  const isDirty = JSON.stringify(values) !== JSON.stringify(initial);
  useUnsavedChanges(isDirty);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = checkBackend(values, stored);
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    setRest(null);
    const onError = (error: unknown): void => {
      const split = splitFaults(error, backendFields);
      setFaults(split.faults);
      setRest(split.rest);
    };
    save.mutate({ id: stored.id, body: toUpdateBackend(values) }, { onSuccess: () => toast.success(m.saved(stored.label)), onError });
  };
  const set = (changes: Partial<BackendValues>): void => setValues((known) => ({ ...known, ...changes }));
  return { save, values, set, faults, rest, form, isDirty, submit };
};

export interface BackendFormProps {
  readonly stored: BackendSettings;
  /** That its new agents have. `null`: unknown, since it is not offered and there are no new ones. */
  readonly tools: readonly AgentToolGroup[] | null;
}

/** The limits and defaults of a kind that comes with Mosaic. */
export function BackendForm({ stored, tools }: BackendFormProps) {
  const { save, values, set, faults, rest, form, isDirty, submit } = useBackendForm(stored);
  const id = `backend-${stored.id}`;
  return (
    <form
      ref={form}
      onSubmit={submit}
      noValidate
      aria-labelledby={id}
      className="grid gap-6 rounded-xl border bg-card p-4 shadow-xs sm:p-6"
    >
      <KindHead kind={stored} id={id} level={3} />
      <Field label={m.image} hint={m.theContainerImageThatAgents} error={faults.image}>
        {(control) => (
          <Input
            {...control}
            spellCheck={false}
            autoCapitalize="none"
            className="font-mono text-[0.8125rem] sm:text-[0.8125rem]"
            value={values.image}
            onChange={(event) => set({ image: event.target.value })}
          />
        )}
      </Field>
      <ImageCheckButton backendId={stored.id} isUnsaved={values.image.trim() !== stored.image} />
      <Limits stored={stored} values={values} set={set} faults={faults} />
      {tools === null ? null : <ToolsField groups={tools} value={values.tools} onChange={(chosen) => set({ tools: chosen })} />}
      <Notice tone="info" title={m.whenAChangeTakesEffect}>
        {m.imageAndLimitsAgentsThat}
      </Notice>
      {rest === null ? null : <SaveProblem error={rest} />}
      <Button type="submit" className="justify-self-start" isBusy={save.isPending} disabled={!isDirty}>
        {m.save(stored.label)}
      </Button>
    </form>
  );
}

const numbers = [
  { field: "memoryMb", label: m.memoryPerAgentMb, hint: "" },
  { field: "cpus", label: m.cpusPerAgent, hint: m.partsAreFine05 },
  { field: "processes", label: m.processesPerAgent, hint: m.aBoundForRunawayPrograms },
  { field: "diskMb", label: m.filesPerAgentMb, hint: m.anAgentThatKeepsMore },
  { field: "readySeconds", label: m.timeToGetReadySeconds, hint: m.aStartThatMakesProgress },
  { field: "idleMinutes", label: m.newAgentsStopWhenIdle, hint: m.n0Never },
] as const;

interface LimitsProps {
  readonly stored: BackendSettings;
  readonly values: BackendValues;
  readonly faults: BackendFaults;
  readonly set: (changes: Partial<BackendValues>) => void;
}

function Limits({ stored, values, faults, set }: LimitsProps) {
  const { label: software, memoryNeeds } = stored;
  const memoryHint = m.needsAtLeastIsComfortable(software, inMb(memoryNeeds.minimumBytes), inMb(memoryNeeds.comfortableBytes));
  const warning = memoryWarning(values, stored);
  return (
    <div className="grid items-start gap-5 sm:grid-cols-2">
      {numbers.map(({ field, label, hint }) => (
        <Field key={field} label={label} hint={field === "memoryMb" ? memoryHint : hint} error={faults[field]}>
          {(control) => (
            <Input
              {...control}
              inputMode="decimal"
              autoComplete="off"
              className="max-w-40 tabular-nums"
              value={values[field]}
              onChange={(event) => set({ [field]: event.target.value })}
            />
          )}
        </Field>
      ))}
      {warning === null ? null : (
        <Notice tone="warning" role="status" className="sm:col-span-2" title={m.thatIsLittleMemory}>
          {warning}
        </Notice>
      )}
    </div>
  );
}
