"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import type { Agent } from "@mosaic/contracts/agent";
import { runtimeKind, type OnboardingOptions } from "@mosaic/contracts/onboarding";
import type { Provider } from "@mosaic/contracts/provider";
import { useEffect, useEffectEvent, useState } from "react";
import { useForm } from "react-hook-form";
import { Field } from "@/components/ui/field";
import { useAgents } from "@/features/agents/agent-queries";
import { agentFormSchema, agentToValues, emptyAgent, toNewAgent, withOfferedModel, type AgentValues } from "@/features/agents/agent-values";
import { IdentityFields } from "@/features/agents/identity-fields";
import { ModelPicker } from "@/features/agents/model-picker";
import { SaveProblem } from "@/components/page/save-problem";
import { useProviders } from "@/lib/provider-list";
import { ListLoading } from "@/components/page/settings-section";
import { useOnboardingAgent, useOnboardingOptions } from "@/features/setup/onboarding-queries";
import { RuntimeChoice } from "@/features/setup/runtime-choice";
import type { StepProps } from "@/features/setup/setup-page";
import { StepActions } from "@/features/setup/step-actions";
import { placeFaults } from "@/lib/form-problem";

export function AgentStep(props: StepProps) {
  const providers = useProviders();
  const options = useOnboardingOptions();
  const agents = useAgents();
  const error = providers.error ?? options.error ?? (props.isDone ? agents.error : null);
  if (error) return <SaveProblem error={error} />;
  if (!providers.data || !options.data || (props.isDone && !agents.data)) return <ListLoading />;
  const stored = props.isDone ? (agents.data?.[0] ?? null) : null;
  return <AgentStepForm {...props} providers={providers.data} options={options.data} stored={stored} />;
}

interface AgentStepFormProps extends StepProps {
  readonly providers: readonly Provider[];
  readonly options: OnboardingOptions;
  readonly stored: Agent | null;
}

const useAgentStep = ({ memory, onRemember, providers, options, stored, onNext }: AgentStepFormProps) => {
  const create = useOnboardingAgent();
  const form = useForm<AgentValues>({
    resolver: zodResolver(agentFormSchema),
    defaultValues: withOfferedModel(memory.agent ?? (stored === null ? emptyAgent(providers) : agentToValues(stored)), providers),
  });
  const [runtime, setRuntime] = useState(memory.runtime ?? options.suggested);
  const [hasConsent, setConsent] = useState(memory.acceptsNoIsolation);
  const [needsConsent, setNeedsConsent] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const leave = useEffectEvent(() => onRemember({ agent: form.getValues(), runtime, acceptsNoIsolation: hasConsent }));
  useEffect(() => () => leave(), []);
  const isUnisolated = options.runtimes.find(({ kind }) => kind === runtime)?.isIsolated === false;
  const save = async (values: AgentValues): Promise<void> => {
    setError(null);
    const isMissingConsent = isUnisolated && !hasConsent;
    setNeedsConsent(isMissingConsent);
    if (isMissingConsent) return;
    try {
      await create.mutateAsync({
        runtime,
        acceptsNoIsolation: isUnisolated && hasConsent,
        agent: toNewAgent(values),
      });
      onNext();
    } catch (failure) {
      if (!placeFaults(failure, form, ["name", "emoji", "personality", "model"])) setError(failure);
    }
  };
  return { form, runtime, setRuntime, hasConsent, setConsent, needsConsent, error, submit: form.handleSubmit(save) };
};

function AgentStepForm(props: AgentStepFormProps) {
  const { providers, options, stored, onBack } = props;
  const step = useAgentStep(props);
  const { form } = step;
  return (
    <form onSubmit={(event) => void step.submit(event)} noValidate className="grid gap-8">
      <IdentityFields form={form} />
      <Field label="Model" error={form.formState.errors.model?.message}>
        {(control) => (
          <ModelPicker
            control={control}
            providers={providers}
            value={form.watch("model")}
            onChange={(model) => form.setValue("model", model, { shouldDirty: true, shouldValidate: true })}
          />
        )}
      </Field>
      <RuntimeChoice
        options={options}
        value={step.runtime}
        onChange={(value) => step.setRuntime(runtimeKind.parse(value))}
        hasConsent={step.hasConsent}
        onConsent={step.setConsent}
        needsConsent={step.needsConsent && !step.hasConsent}
      />
      {step.error === null ? null : <SaveProblem error={step.error} />}
      <StepActions onBack={onBack} label={stored === null ? "Create agent" : "Save and continue"} isBusy={form.formState.isSubmitting} />
    </form>
  );
}
