"use client";

import type { Provider } from "@mosaic/contracts/provider";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { SaveProblem } from "@/components/page/save-problem";
import { ProviderForm } from "@/features/providers/provider-form";
import { testConnection, useSaveProvider } from "@/features/providers/provider-queries";
import { useProviders } from "@/lib/provider-list";
import { toCreate, toUpdate, type ProviderValues } from "@/features/providers/provider-values";
import { ListLoading } from "@/components/page/settings-section";
import { useOnboardingProvider } from "@/features/setup/onboarding-queries";
import type { StepProps } from "@/features/setup/setup-page";
import { StepActions } from "@/features/setup/step-actions";
import { m } from "@messages/setup";

export function ProviderStep(props: StepProps) {
  return props.isDone ? <SavedProvider {...props} /> : <FirstProvider {...props} />;
}

function FirstProvider({ memory, onRemember, onNext, onBack }: StepProps) {
  const create = useOnboardingProvider();
  return (
    <ProviderForm
      stored={null}
      initial={memory.provider}
      canChooseKind
      onTest={(test, signal) => testConnection("/api/onboarding/provider/test", test, signal)}
      onLeave={(provider) => onRemember({ provider })}
      onSave={async (values) => {
        await create.mutateAsync(toCreate(values));
        onNext();
      }}
      renderActions={({ isSaving }) => <StepActions onBack={onBack} label={m.saveAndContinue} isBusy={isSaving} />}
    />
  );
}

/** Gone back to: what was saved can be changed, or be replaced by another provider. */
function SavedProvider(props: StepProps) {
  const providers = useProviders();
  const [isAddingOther, setAddingOther] = useState(false);
  if (providers.error && !providers.data) return <SaveProblem error={providers.error} />;
  if (!providers.data) return <ListLoading />;
  const stored = isAddingOther ? null : (providers.data.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0] ?? null);
  return (
    <div className="grid gap-6">
      {stored === null ? null : (
        <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg border bg-muted px-4 py-3 text-sm">
          <p>{m.savedAs(<strong className="font-semibold">{stored.name}</strong>)}</p>
          <Button variant="link" size="inline" onClick={() => setAddingOther(true)}>
            {m.anotherProviderInstead}
          </Button>
        </div>
      )}
      <SavedProviderForm key={stored?.id ?? "new"} {...props} stored={stored} />
    </div>
  );
}

function SavedProviderForm({ memory, onRemember, onNext, onBack, stored }: StepProps & { readonly stored: Provider | null }) {
  const save = useSaveProvider();
  const replace = useOnboardingProvider();
  const onSave = async (values: ProviderValues): Promise<void> => {
    if (stored === null) {
      await replace.mutateAsync(toCreate(values));
    } else {
      await save.mutateAsync({ id: stored.id, body: toUpdate(values, stored) });
    }
    onNext();
  };
  const initial = stored === null || memory.provider?.kind !== stored.kind ? null : { ...memory.provider, apiKey: "" };
  return (
    <ProviderForm
      stored={stored}
      initial={initial}
      canChooseKind={stored === null}
      onTest={(test, signal) => testConnection("/api/onboarding/provider/test", test, signal)}
      onLeave={(provider) => onRemember({ provider })}
      onSave={onSave}
      renderActions={({ isSaving }) => <StepActions onBack={onBack} label={m.saveAndContinue} isBusy={isSaving} />}
    />
  );
}
