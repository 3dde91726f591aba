"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import type { Agent } from "@mosaic/contracts/agent";
import { runtimeKind, type OnboardingOptions } from "@mosaic/contracts/onboarding";
import type { Provider } from "@mosaic/contracts/provider";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { CheckboxField } from "@/components/ui/checkbox-field";
import { Field } from "@/components/ui/field";
import { useSharing } from "@/features/admin-sharing/sharing-queries";
import { sharingText } from "@/features/admin-sharing/sharing-words";
import { useAgents, useBackends } from "@/features/agents/agent-queries";
import {
  agentFormSchema,
  agentToValues,
  decodeModel,
  emptyAgent,
  firstKind,
  toNewAgent,
  withOfferedKind,
  withOfferedModel,
  type AgentValues,
  type BackendChoice,
} from "@/features/agents/agent-values";
import { IdentityFields } from "@/features/agents/identity-fields";
import { KindField } from "@/features/agents/kind-field";
import { ModelPicker } from "@/features/agents/model-picker";
import { SaveProblem } from "@/components/page/save-problem";
import { useProviders } from "@/lib/provider-list";
import { ListLoading } from "@/components/page/settings-section";
import { useOnboardingAgent, useOnboardingOptions } from "@/features/setup/onboarding-queries";
import { RuntimeChoice } from "@/features/setup/runtime-choice";
import type { StepProps } from "@/features/setup/setup-page";
import { StepActions } from "@/features/setup/step-actions";
import { placeFaults } from "@/lib/form-problem";
import { useLeave } from "@/lib/use-leave";
import { m } from "@messages/setup";

export function AgentStep(props: StepProps) {
  const providers = useProviders();
  const options = useOnboardingOptions();
  const sharing = useSharing();
  const agents = useAgents();
  const backends = useBackends();
  const error = providers.error ?? options.error ?? sharing.error ?? backends.error ?? (props.isDone ? agents.error : null);
  if (error) return <SaveProblem error={error} />;
  if (!providers.data || !options.data || !sharing.data || !backends.data || (props.isDone && !agents.data)) return <ListLoading />;
  const stored = props.isDone ? (agents.data?.[0] ?? null) : null;
  const isShared = sharing.data.defaults.some(({ model }) => model !== null);
  const lists = { providers: providers.data, options: options.data, backends: backends.data };
  return <AgentStepForm {...props} {...lists} stored={stored} isShared={isShared} />;
}

interface AgentStepFormProps extends StepProps {
  readonly providers: readonly Provider[];
  readonly options: OnboardingOptions;
  readonly backends: readonly BackendChoice[];
  readonly stored: Agent | null;
  /** By this step, done before. */
  readonly isShared: boolean;
}

const useAgentStep = ({ memory, onRemember, providers, options, backends, stored, isShared, onNext }: AgentStepFormProps) => {
  const create = useOnboardingAgent();
  const form = useForm<AgentValues>({
    resolver: zodResolver(agentFormSchema),
    defaultValues: beginWith(memory.agent, stored, providers, backends),
  });
  const [runtime, setRuntime] = useState(memory.runtime ?? options.suggested);
  const [hasConsent, setConsent] = useState(memory.acceptsNoIsolation);
  const [sharesModel, setSharesModel] = useState(memory.sharesModel ?? isShared);
  const [needsConsent, setNeedsConsent] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useLeave(() => onRemember({ agent: form.getValues(), runtime, acceptsNoIsolation: hasConsent, sharesModel }));
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
        sharesModel,
      });
      onNext();
    } catch (failure) {
      setError(placeFaults(failure, form, ["backend", "name", "emoji", "personality", "model"]));
    }
  };
  return {
    form,
    runtime,
    setRuntime,
    hasConsent,
    setConsent,
    sharesModel,
    setSharesModel,
    needsConsent,
    error,
    submit: form.handleSubmit(save),
  };
};

/** What was typed before, else what is stored, else a new agent. */
const beginWith = (
  typed: AgentValues | null,
  stored: Agent | null,
  providers: readonly Provider[],
  backends: readonly BackendChoice[],
): AgentValues => {
  if (stored !== null) return withOfferedModel({ ...(typed ?? agentToValues(stored)), backend: stored.backend }, providers);
  return withOfferedModel(withOfferedKind(typed ?? emptyAgent(providers, firstKind(backends)), backends), providers);
};

function AgentStepForm(props: AgentStepFormProps) {
  const { providers, options, backends, stored, onBack } = props;
  const step = useAgentStep(props);
  const { form } = step;
  return (
    <form onSubmit={(event) => void step.submit(event)} noValidate className="grid gap-8">
      <IdentityFields form={form} others={[]} />
      <KindField form={form} backends={backends} isFixed={stored !== null} />
      <Field label={m.model} error={form.formState.errors.model?.message}>
        {(control) => (
          <ModelPicker
            control={control}
            providers={providers}
            value={form.watch("model")}
            onChange={(model) => form.setValue("model", model, { shouldDirty: true, shouldValidate: true })}
          />
        )}
      </Field>
      <ShareModel
        provider={providers.find(({ id }) => id === decodeModel(form.watch("model"))?.providerId)}
        isShared={step.sharesModel}
        onChange={step.setSharesModel}
      />
      <RuntimeChoice
        options={options}
        value={step.runtime}
        onChange={(value) => step.setRuntime(runtimeKind.parse(value))}
        hasConsent={step.hasConsent}
        onConsent={step.setConsent}
        needsConsent={step.needsConsent && !step.hasConsent}
      />
      {step.error === null ? null : <SaveProblem error={step.error} />}
      <StepActions onBack={onBack} label={stored === null ? m.createAgent : m.saveAndContinue} isBusy={form.formState.isSubmitting} />
    </form>
  );
}

interface ShareModelProps {
  readonly provider: Provider | undefined;
  readonly isShared: boolean;
  readonly onChange: (isShared: boolean) => void;
}

function ShareModel({ provider, isShared, onChange }: ShareModelProps) {
  if (provider === undefined) return null;
  return (
    <CheckboxField
      label={m.letEverybodyHereUseThis}
      description={m.peopleYouInviteThenGet(sharingText(provider.kind))}
      isChecked={isShared}
      onChange={onChange}
    />
  );
}
