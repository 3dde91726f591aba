"use client";

import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import { useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { useBackendSettings, useUpdateBackend } from "@/features/admin-backends/backend-queries";
import { FileQuota } from "@/features/admin-backends/file-quota";
import { ImageCheckButton } from "@/features/admin-backends/image-check";
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
import { Loaded } from "@/components/page/load-state";
import { SettingsSection } from "@/components/page/settings-section";
import { useUnsavedChanges } from "@/components/page/unsaved-guard";
import { formatCount } from "@/lib/count";
import { splitFaults, useFirstFault } from "@/lib/form-problem";

export function BackendsPage() {
  const backends = useBackendSettings();
  return (
    <div className="max-w-3xl">
      <SettingsSection
        title="Backends"
        description="The software that agents run on, how much of this machine each may use, and what a new agent begins with."
      >
        <Loaded query={backends}>
          {(list) => (
            <div className="grid gap-8">
              {list.map((backend) => (
                <BackendForm key={`${backend.id} ${JSON.stringify(backend)}`} stored={backend} />
              ))}
            </div>
          )}
        </Loaded>
        <FileQuota />
      </SettingsSection>
    </div>
  );
}

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
    save.mutate({ id: stored.id, body: toUpdateBackend(values) }, { onSuccess: () => toast.success(`${stored.label} saved`), onError });
  };
  const set = (changes: Partial<BackendValues>): void => setValues((known) => ({ ...known, ...changes }));
  return { save, values, set, faults, rest, form, isDirty, submit };
};

function BackendForm({ stored }: { readonly stored: BackendSettings }) {
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
      <div className="grid gap-0.5">
        <h3 id={id} className="font-medium">
          {stored.label}
        </h3>
        <p className="text-sm text-muted-foreground">{stored.agentCount === 1 ? "1 agent" : `${formatCount(stored.agentCount)} agents`}</p>
      </div>
      <Field label="Image" hint="The container image that agents start from." error={faults.image}>
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
      <ToolsField value={values.tools} onChange={(tools) => set({ tools })} />
      <Notice tone="info" title="When a change takes effect">
        Image and limits: agents that are running restart as soon as they answer nobody, the others at their next start. Defaults: for
        agents made from now on; those that are there keep their own.
      </Notice>
      {rest === null ? null : <SaveProblem error={rest} />}
      <Button type="submit" className="justify-self-start" isBusy={save.isPending} disabled={!isDirty}>
        Save {stored.label}
      </Button>
    </form>
  );
}

const numbers = [
  { field: "memoryMb", label: "Memory per agent (MB)", hint: "" },
  { field: "cpus", label: "CPUs per agent", hint: "Parts are fine: 0.5 is half a core." },
  { field: "processes", label: "Processes per agent", hint: "A bound for runaway programs." },
  { field: "diskMb", label: "Files per agent (MB)", hint: "An agent that keeps more on the disk is stopped, and its owner told why." },
  { field: "readySeconds", label: "Time to get ready (seconds)", hint: "A start that makes progress may take longer." },
  { field: "idleMinutes", label: "New agents stop when idle for (minutes)", hint: "0 = never." },
] as const;

interface LimitsProps {
  readonly stored: BackendSettings;
  readonly values: BackendValues;
  readonly faults: BackendFaults;
  readonly set: (changes: Partial<BackendValues>) => void;
}

function Limits({ stored, values, faults, set }: LimitsProps) {
  const { label: software, memoryNeeds } = stored;
  const memoryHint = `${software} needs at least ${inMb(memoryNeeds.minimumBytes)}; ${inMb(memoryNeeds.comfortableBytes)} is comfortable.`;
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
        <Notice tone="warning" role="status" className="sm:col-span-2" title="That is little memory">
          {warning}
        </Notice>
      )}
    </div>
  );
}
