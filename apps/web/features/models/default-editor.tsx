"use client";

import type { ModelDefault, SaveModelDefault } from "@mosaic/contracts/model-defaults";
import { useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { useBackendLabel } from "@/features/agents/agent-queries";
import { decodeModel, encodeModel } from "@/features/agents/agent-values";
import { FallbackPicker, ModelPicker } from "@/features/agents/model-picker";
import type { ModelSource } from "@/lib/provider-list";
import { SaveProblem } from "@/components/page/save-problem";
import { useUnsavedChanges } from "@/components/page/unsaved-guard";
import { splitFaults } from "@/lib/form-problem";
import { m } from "@messages/models";

export interface DefaultEditorProps {
  readonly row: ModelDefault;
  readonly sources: readonly ModelSource[];
  /** What is used now, in words. */
  readonly effective: string;
  readonly onSave: (body: SaveModelDefault) => Promise<unknown>;
}

/** One default: a model and its fallbacks, with what it comes to. */
export function DefaultEditor({ row, sources, effective, onSave }: DefaultEditorProps) {
  const labelOf = useBackendLabel();
  const stored = { model: encodeModel(row.model), fallbacks: row.fallbacks.map(encodeModel) };
  const [model, setModel] = useState(stored.model);
  const [fallbacks, setFallbacks] = useState<readonly string[]>(stored.fallbacks);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [fault, setFault] = useState<string>();
  const isDirty = model !== stored.model || fallbacks.join("\n") !== stored.fallbacks.join("\n");
  useUnsavedChanges(isDirty);
  const save = async (nextModel: string, nextFallbacks: readonly string[]): Promise<void> => {
    setBusy(true);
    setError(null);
    setFault(undefined);
    try {
      await onSave(toBody(row.backend, nextModel, nextFallbacks));
      setModel(nextModel);
      setFallbacks(nextFallbacks);
    } catch (problem) {
      const { faults, rest } = splitFaults(problem, ["model"]);
      setFault(faults.model);
      setError(rest);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save(model, model === "" ? [] : fallbacks);
  };
  const title = row.backend === null ? m.forAllAgents : m.forAgents(labelOf(row.backend));
  return (
    <form onSubmit={submit} aria-label={title} className="grid gap-4 rounded-xl border bg-card p-4 shadow-xs sm:p-5">
      <div className="grid gap-0.5">
        <h3 className="font-medium">{title}</h3>
        <p className="text-sm text-muted-foreground" role="status">
          {m.usedNow(effective)}
        </p>
      </div>
      <Field label={m.model} error={fault}>
        {(control) => <ModelPicker control={control} providers={sources} value={model} onChange={setModel} />}
      </Field>
      {model === "" ? null : <FallbackPicker providers={sources} model={model} value={fallbacks} onChange={setFallbacks} />}
      {error === null ? null : <SaveProblem error={error} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" size="sm" isBusy={isBusy} disabled={!isDirty}>
          {m.saveDefault}
        </Button>
        {stored.model === "" ? null : (
          <Button variant="ghost" size="sm" isBusy={isBusy} onClick={() => void save("", [])}>
            {m.removeThisDefault}
          </Button>
        )}
      </div>
    </form>
  );
}

const toBody = (backend: ModelDefault["backend"], model: string, fallbacks: readonly string[]): SaveModelDefault => ({
  backend,
  model: decodeModel(model),
  fallbacks: fallbacks.map(decodeModel).filter((choice) => choice !== null),
});
