"use client";

import type { Looking } from "@mosaic/contracts/agent-look";
import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, useState, type ReactNode } from "react";
import { useForm, type UseFormReturn } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Link } from "@/components/ui/link";
import { Notice } from "@/components/ui/notice";
import { agentFields, agentFormSchema, toolGroupsOf, type AgentValues, type BackendChoice } from "@/features/agents/agent-values";
import { IdentityFields } from "@/features/agents/identity-fields";
import { KindField } from "@/features/agents/kind-field";
import { FallbackPicker, ModelPicker } from "@/features/agents/model-picker";
import { ToolsField } from "@/features/agents/tools-field";
import { SaveProblem } from "@/components/page/save-problem";
import type { ModelSource } from "@/lib/provider-list";
import { placeFaults } from "@/lib/form-problem";
import { m } from "@messages/agents";

export interface AgentFormProps {
  readonly initial: AgentValues;
  readonly providers: readonly ModelSource[];
  readonly backends: readonly BackendChoice[];
  readonly isNew: boolean;
  /** From which a new one is to look different. */
  readonly others: readonly Looking[];
  readonly onSave: (values: AgentValues) => Promise<void>;
  readonly onDirty: (isDirty: boolean) => void;
  /** Never stops for being idle, so there is nothing to set. */
  readonly isAlwaysOn?: boolean;
  readonly renderActions: (state: { readonly isSaving: boolean }) => ReactNode;
}

export function AgentForm(props: AgentFormProps) {
  const { initial, providers, backends, isNew, others, onSave, onDirty, isAlwaysOn = false, renderActions } = props;
  const form = useForm<AgentValues>({ resolver: zodResolver(agentFormSchema), defaultValues: initial });
  const [saveError, setSaveError] = useState<unknown>(null);
  const { errors, isDirty, isSubmitting } = form.formState;
  useEffect(() => onDirty(isDirty), [isDirty, onDirty]);
  const submit = form.handleSubmit(async (values) => {
    setSaveError(null);
    try {
      await onSave(values);
    } catch (error) {
      setSaveError(placeFaults(error, form, agentFields));
    }
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-7">
      <IdentityFields form={form} others={others} />
      <KindField form={form} backends={backends} isFixed={!isNew} />
      {providers.length === 0 ? <NoProviderNotice /> : null}
      <ModelFields form={form} providers={providers} />
      <ToolsField
        groups={toolGroupsOf(backends, form.watch("backend"))}
        value={form.watch("tools")}
        onChange={(tools) => form.setValue("tools", tools, { shouldDirty: true })}
      />
      {isAlwaysOn ? null : (
        <Field label={m.stopWhenIdleForMinutes} hint={m.n0NeverItStartsAgain} error={errors.idleTimeoutMinutes?.message}>
          {(control) => (
            <Input
              {...control}
              type="number"
              inputMode="numeric"
              min={0}
              step="any"
              className="max-w-32"
              {...form.register("idleTimeoutMinutes")}
            />
          )}
        </Field>
      )}
      <Field label={m.suggestions} isOptional hint={m.whatAnEmptyChatOffers} error={errors.suggestions?.message}>
        {(control) => <Textarea {...control} rows={4} {...form.register("suggestions")} />}
      </Field>
      {saveError === null ? null : <SaveProblem error={saveError} />}
      {renderActions({ isSaving: isSubmitting })}
    </form>
  );
}

function ModelFields({ form, providers }: { readonly form: UseFormReturn<AgentValues>; readonly providers: readonly ModelSource[] }) {
  const model = form.watch("model");
  return (
    <>
      <Field
        label={m.model}
        error={form.formState.errors.model?.message}
        hint={model === "" ? m.noneIsChosenForThis : undefined}
        aside={
          model === "" ? null : (
            <Button variant="link" size="inline" onClick={() => takeDefault(form)}>
              {m.takeTheDefault}
            </Button>
          )
        }
      >
        {(control) => (
          <ModelPicker
            control={control}
            providers={providers}
            value={model}
            onChange={(chosen) => form.setValue("model", chosen, { shouldDirty: true })}
          />
        )}
      </Field>
      <FallbackPicker
        providers={providers}
        model={model}
        value={form.watch("fallbacks")}
        onChange={(fallbacks) => form.setValue("fallbacks", fallbacks, { shouldDirty: true })}
      />
    </>
  );
}

/** Without a model of its own an agent has no fallbacks of its own either. */
function takeDefault(form: UseFormReturn<AgentValues>): void {
  form.setValue("model", "", { shouldDirty: true });
  form.setValue("fallbacks", [], { shouldDirty: true });
}

function NoProviderNotice() {
  return (
    <Notice tone="warning" title={m.thereIsNoProviderYet}>
      {m.withoutOneTheAgentHas}{" "}
      <Link href="/settings/providers?edit=new" className="underline underline-offset-4">
        {m.addAProvider}
      </Link>
    </Notice>
  );
}
