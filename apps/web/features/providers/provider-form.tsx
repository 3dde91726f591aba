"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { providerDefinitions, type Provider, type ProviderTestResult, type TestProvider } from "@mosaic/contracts/provider";
import { useEffect, useEffectEvent, useMemo, useRef, useState, type FormEvent, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import { SaveProblem } from "@/components/page/save-problem";
import { ConnectionTest, useConnectionTest } from "@/features/providers/connection-test";
import { ConnectionFields } from "@/features/providers/connection-fields";
import { DictationField } from "@/features/providers/dictation-field";
import { KindPicker } from "@/features/providers/kind-picker";
import { useMachineAddress } from "@/features/providers/machine-address";
import { ModelAbilities } from "@/features/providers/model-abilities";
import { ModelChooser } from "@/features/providers/model-chooser";
import { ModelPrices } from "@/features/providers/model-prices";
import {
  connectionFaults,
  emptyValues,
  modelOf,
  providerFormSchema,
  switchKind,
  toTest,
  valuesOf,
  withAbilities,
  type ProviderValues,
} from "@/features/providers/provider-values";
import { placeFaults } from "@/lib/form-problem";
import { useLeave } from "@/lib/use-leave";

export interface ProviderFormProps {
  /** The provider that is edited; `null` while a new one is made. */
  readonly stored: Provider | null;
  readonly initial?: ProviderValues | null;
  readonly canChooseKind: boolean;
  readonly onTest: (test: TestProvider, signal: AbortSignal) => Promise<ProviderTestResult>;
  readonly onSave: (values: ProviderValues) => Promise<void>;
  /** Hears of what was entered so far when the form goes away. */
  readonly onLeave?: (values: ProviderValues) => void;
  readonly onDirty?: (isDirty: boolean) => void;
  readonly renderActions: (state: { readonly isSaving: boolean }) => ReactNode;
}

const fewModels = 3;

const useProviderForm = ({ stored, initial, onTest, onSave, onLeave, onDirty }: ProviderFormProps) => {
  const schema = useMemo(() => providerFormSchema(stored), [stored]);
  const form = useForm<ProviderValues>({
    resolver: zodResolver(schema),
    defaultValues: initial ?? (stored === null ? emptyValues("zai") : valuesOf(stored)),
  });
  const connection = useConnectionTest();
  const [found, setFound] = useState<ProviderTestResult["models"]>([]);
  const [saveError, setSaveError] = useState<unknown>(null);
  const { isDirty } = form.formState;
  useLeave(() => onLeave?.(form.getValues()));
  useEffect(() => onDirty?.(isDirty), [isDirty, onDirty]);

  const test = async (): Promise<void> => {
    const values = form.getValues();
    const faults = connectionFaults(values, stored);
    form.clearErrors(["baseUrl", "apiKey"]);
    faults.forEach(({ field, message }, index) => form.setError(field, { message }, { shouldFocus: index === 0 }));
    if (faults.length > 0) return;
    let isPlaced = false;
    const result = await connection.run(async (signal) =>
      onTest(toTest(values, stored), signal).catch((error: unknown) => {
        const rest = placeFaults(error, form, ["baseUrl", "apiKey"]);
        isPlaced = rest === null;
        throw rest ?? error;
      }),
    );
    // What is told at its field is not told twice.
    if (isPlaced) connection.forget();
    if (!result) return;
    setFound(result.models);
    form.setValue("models", withAbilities(form.getValues("models"), result.models), { shouldDirty: true });
    if (result.outcome === "ok" && form.getValues("models").length === 0 && result.models.length <= fewModels) {
      form.setValue(
        "models",
        result.models.map((model) => modelOf(model)),
        { shouldDirty: true },
      );
      form.clearErrors("models");
    }
  };
  const use = (address: string): void => {
    form.setValue("baseUrl", address, { shouldDirty: true });
    void test();
  };
  const submit = form.handleSubmit(async (values) => {
    setSaveError(null);
    try {
      await onSave(values);
    } catch (error) {
      setSaveError(placeFaults(error, form, ["name", "baseUrl", "apiKey", "models", "transcriptionModel"]));
    }
  });
  return { form, connection, found, setFound, saveError, test, use, submit };
};

export function ProviderForm(props: ProviderFormProps) {
  const { form, connection, found, setFound, saveError, test, use, submit } = useProviderForm(props);
  const values = form.watch();
  const { errors, isSubmitting } = form.formState;
  const isBuiltIn = providerDefinitions[values.kind].isBuiltIn;
  const machineHost = useMachineAddress(form, props.stored === null, connection.forget);
  const testAtOnce = useEffectEvent(test);
  const asked = useRef<Promise<void> | null>(null);
  const [isWaiting, setIsWaiting] = useState(false);
  // There is nothing to enter for what is built in, so its models are asked for at once.
  useEffect(() => {
    asked.current = isBuiltIn ? testAtOnce() : null;
  }, [isBuiltIn]);
  const onSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isWaiting) return;
    const { kind } = form.getValues();
    setIsWaiting(true);
    try {
      // Whoever is quicker than the list of models is not told to choose from it.
      await asked.current;
      // Nobody asked to save a kind that was chosen meanwhile.
      if (form.getValues("kind") === kind) await submit();
    } finally {
      setIsWaiting(false);
    }
  };
  return (
    <form onSubmit={(event) => void onSubmit(event)} noValidate className="grid gap-6">
      {props.canChooseKind ? (
        <KindPicker
          value={values.kind}
          onChange={(kind) => {
            connection.forget();
            setFound([]);
            form.reset(switchKind(form.getValues(), kind, machineHost), { keepDefaultValues: true });
          }}
        />
      ) : null}
      <ConnectionFields form={form} stored={props.stored} isDraft={props.onLeave !== undefined} onChange={connection.forget} />
      <ConnectionTest state={connection.state} onTest={() => void test()} onUse={use} onCancel={connection.forget} />
      <ModelChooser
        found={found}
        chosen={values.models}
        onChange={(models) => form.setValue("models", models, { shouldDirty: true, shouldValidate: errors.models !== undefined })}
        error={errors.models?.message ?? errors.models?.root?.message}
      />
      <ModelDetails
        models={values.models}
        isBuiltIn={isBuiltIn}
        onChange={(models) => form.setValue("models", models, { shouldDirty: true })}
      />
      {providerDefinitions[values.kind].transcribes ? <DictationField form={form} found={found} /> : null}
      {saveError === null ? null : <SaveProblem error={saveError} />}
      {props.renderActions({ isSaving: isSubmitting || isWaiting })}
    </form>
  );
}

interface ModelDetailsProps {
  readonly models: ProviderValues["models"];
  readonly isBuiltIn: boolean;
  readonly onChange: (models: ProviderValues["models"]) => void;
}

/** What the chosen models can do and cost. Of the demo model both are known. */
function ModelDetails({ models, isBuiltIn, onChange }: ModelDetailsProps) {
  if (isBuiltIn) return null;
  return (
    <>
      <ModelAbilities chosen={models} onChange={onChange} />
      <ModelPrices models={models} onChange={onChange} />
    </>
  );
}
