"use client";

import { providerDefinitions, type Provider } from "@mosaic/contracts/provider";
import { KeyRound, Plus } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/switch";
import { useAgents } from "@/features/agents/agent-queries";
import { DeleteProvider } from "@/features/providers/delete-provider";
import { ProviderMark } from "@/features/providers/kind-picker";
import { SaveProblem } from "@/components/page/save-problem";
import { ProviderForm } from "@/features/providers/provider-form";
import { testConnection, useSaveProvider } from "@/features/providers/provider-queries";
import { useProviders, useSharedProviders } from "@/lib/provider-list";
import { toCreate, toUpdate } from "@/features/providers/provider-values";
import { toastProblem } from "@/lib/toast-problem";
import { EmptyState, ListLoading, SettingsSection } from "@/components/page/settings-section";
import { useLeave, useUnsavedChanges } from "@/components/page/unsaved-guard";
import { m } from "@messages/providers";
import { m as words } from "@messages/provider-kinds";

const path = "/settings/providers";

export function ProvidersPage() {
  const edited = useSearchParams().get("edit");
  const providers = useProviders();
  if (providers.error && !providers.data) return <SaveProblem error={providers.error} />;
  if (!providers.data) return <ListLoading />;
  const stored = providers.data.find(({ id }) => id === edited) ?? null;
  if (edited === "new" || stored !== null) return <ProviderEditor key={edited} stored={stored} />;
  return <ProviderOverview providers={providers.data} />;
}

function ProviderOverview({ providers }: { readonly providers: readonly Provider[] }) {
  const router = useRouter();
  const [deleted, setDeleted] = useState<Provider | null>(null);
  const agents = useAgents().data ?? [];
  const add = (
    <Button onClick={() => router.push(`${path}?edit=new`)}>
      <Plus aria-hidden />
      {m.addProvider}
    </Button>
  );
  return (
    <SettingsSection title={m.providers} description={m.whereYourAgentsModelsCome} actions={providers.length > 0 ? add : null}>
      {providers.length === 0 ? (
        <EmptyState icon={<KeyRound aria-hidden />} title={m.noProviderYet} action={add}>
          {m.addAProviderToGive}
        </EmptyState>
      ) : (
        <ul className="grid gap-3">
          {providers.map((provider) => (
            <ProviderRow
              key={provider.id}
              provider={provider}
              onEdit={() => router.push(`${path}?edit=${provider.id}`)}
              onDelete={() => setDeleted(provider)}
            />
          ))}
        </ul>
      )}
      <SharedProviders />
      <DeleteProvider provider={deleted} agents={agents} onClose={() => setDeleted(null)} />
    </SettingsSection>
  );
}

interface ProviderRowProps {
  readonly provider: Provider;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function ProviderRow({ provider, onEdit, onDelete }: ProviderRowProps) {
  const models = provider.models.map(({ id }) => id);
  const rest = models.length - 3;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border bg-card p-4 shadow-xs">
      <ProviderMark kind={provider.kind} className="size-10" />
      <div className="grid min-w-0 flex-1 basis-52 gap-0.5">
        <h3 className="flex flex-wrap items-center gap-2 font-medium">
          <span className="min-w-0 break-words">{provider.name}</span>
          {providerDefinitions[provider.kind].isRealAi ? (
            <Badge>{provider.hasKey ? m.keyStored : m.noKey}</Badge>
          ) : (
            <Badge tone="warning">{m.noRealAi}</Badge>
          )}
          {provider.isShared ? <Badge>{m.sharedWithEverybody}</Badge> : null}
          {provider.isActive ? null : <Badge tone="warning">{m.switchedOff}</Badge>}
        </h3>
        <p className="truncate text-sm text-muted-foreground">{provider.baseUrl ?? words.labels[provider.kind]}</p>
        <p className="break-words text-sm text-muted-foreground">
          {models.slice(0, 3).join(", ")}
          {rest > 0 ? m.andMore(rest) : ""}
        </p>
      </div>
      <div className="flex items-center gap-2">
        <ActiveSwitch provider={provider} />
        <Button variant="secondary" size="sm" aria-label={m.edit(provider.name)} onClick={onEdit}>
          {m.editShort}
        </Button>
        <Button variant="danger-ghost" size="sm" aria-label={m.delete(provider.name)} onClick={onDelete}>
          {m.deleteShort}
        </Button>
      </div>
    </li>
  );
}

/** Off keeps the key and stops every use at once, so nothing is asked: it is undone with one click. */
function ActiveSwitch({ provider }: { readonly provider: Provider }) {
  const save = useSaveProvider();
  return (
    <Switch
      aria-label={m.useProvider(provider.name)}
      checked={provider.isActive}
      disabled={save.isPending}
      onCheckedChange={(isActive) =>
        save.mutate(
          { id: provider.id, body: { isActive } },
          {
            onSuccess: () =>
              toast.success(isActive ? m.isUsedAgain(provider.name) : m.isSwitchedOff(provider.name), {
                description: isActive ? undefined : m.itsKeyIsKeptAgents,
              }),
            onError: toastProblem,
          },
        )
      }
    />
  );
}

/** What admins open to everybody: to be chosen, not to be looked into. */
function SharedProviders() {
  const own = useProviders().data ?? [];
  const shared = (useSharedProviders().data ?? []).filter(({ id }) => !own.some((provider) => provider.id === id));
  if (shared.length === 0) return null;
  return (
    <section aria-labelledby="shared-title" className="grid gap-3">
      <div className="grid gap-0.5">
        <h3 id="shared-title" className="font-medium">
          {m.sharedWithYou}
        </h3>
        <p className="text-sm text-muted-foreground">{m.yourAdminPaysForThese}</p>
      </div>
      <ul className="grid gap-3">
        {shared.map((provider) => (
          <li key={provider.id} className="flex items-center gap-4 rounded-xl border bg-card p-4 shadow-xs">
            <ProviderMark kind={provider.kind} className="size-10" />
            <div className="grid min-w-0 gap-0.5">
              <h4 className="break-words font-medium">{provider.name}</h4>
              <p className="break-words text-sm text-muted-foreground">{provider.models.map(({ id }) => id).join(", ")}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ProviderEditor({ stored }: { readonly stored: Provider | null }) {
  const router = useRouter();
  const leave = useLeave();
  const save = useSaveProvider();
  const [isDirty, setDirty] = useState(false);
  useUnsavedChanges(isDirty);
  const close = (): void => router.push(path);
  return (
    <SettingsSection
      title={stored === null ? m.addAProvider : m.edit(stored.name)}
      description={stored === null ? m.testTheConnectionThenChoose : providerDefinitions[stored.kind].label}
    >
      <ProviderForm
        stored={stored}
        canChooseKind={stored === null}
        onDirty={setDirty}
        onTest={(test, signal) => testConnection("/api/providers/test", test, signal)}
        onSave={async (values) => {
          await save.mutateAsync({ id: stored?.id ?? null, body: stored === null ? toCreate(values) : toUpdate(values, stored) });
          setDirty(false);
          toast.success(stored === null ? m.providerAdded : m.providerSaved);
          setTimeout(close);
        }}
        renderActions={({ isSaving }) => (
          <div className="flex flex-wrap gap-2 border-t pt-5">
            <Button type="submit" isBusy={isSaving}>
              {stored === null ? m.addProvider : m.saveChanges}
            </Button>
            <Button variant="ghost" onClick={() => leave(close)}>
              {m.cancel}
            </Button>
          </div>
        )}
      />
    </SettingsSection>
  );
}
