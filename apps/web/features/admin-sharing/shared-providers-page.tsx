"use client";

import type { SharableProvider, Sharing } from "@mosaic/contracts/admin-sharing";
import type { ModelDefault } from "@mosaic/contracts/model-defaults";
import { Share2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Link } from "@/components/ui/link";
import { Notice } from "@/components/ui/notice";
import { DemoModelSection } from "@/features/admin-sharing/demo-model-switch";
import { ShareLinksSection } from "@/features/admin-sharing/share-links-switch";
import { ProviderShare } from "@/features/admin-sharing/provider-share";
import { useSaveSharedDefault, useShareProvider, useSharing } from "@/features/admin-sharing/sharing-queries";
import { DefaultEditor } from "@/features/models/default-editor";
import { Loaded } from "@/components/page/load-state";
import { toastProblem } from "@/lib/toast-problem";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";

export function SharedProvidersPage() {
  const sharing = useSharing();
  return (
    <div className="max-w-3xl">
      <SettingsSection
        title="Shared providers"
        description="Let everybody use a provider of yours, and choose the model that agents use when nobody chose one."
      >
        <Loaded query={sharing}>{(data) => <SharingBody data={data} />}</Loaded>
      </SettingsSection>
    </div>
  );
}

function SharingBody({ data }: { readonly data: Sharing }) {
  const share = useShareProvider();
  const [ended, setEnded] = useState<SharableProvider | null>(null);
  const own = data.providers.filter(({ isOwn }) => isOwn);
  const others = data.providers.filter(({ isOwn }) => !isOwn);
  const put = (provider: SharableProvider, isShared: boolean): void =>
    share.mutate(
      { id: provider.id, isShared },
      {
        onSuccess: () => toast.success(isShared ? `Everybody may use ${provider.name} now` : `${provider.name} is no longer shared`),
        onError: toastProblem,
        onSettled: () => setEnded(null),
      },
    );
  // Ending it is asked about where somebody would notice.
  const toggle = (provider: SharableProvider, isShared: boolean): void => {
    if (!isShared && (provider.usedByAgents > 0 || !provider.isOwn)) setEnded(provider);
    else put(provider, isShared);
  };
  return (
    <div className="grid gap-8">
      <section aria-labelledby="own-providers" className="grid gap-3">
        <h3 id="own-providers" className="font-medium">
          Your providers
        </h3>
        {own.length === 0 ? (
          <NoProviders />
        ) : (
          <ul className="grid gap-3">
            {own.map((provider) => (
              <ProviderShare key={provider.id} provider={provider} onToggle={(isShared) => toggle(provider, isShared)} />
            ))}
          </ul>
        )}
      </section>
      {others.length > 0 ? (
        <section aria-labelledby="others-providers" className="grid gap-3">
          <h3 id="others-providers" className="font-medium">
            Shared by other admins
          </h3>
          <ul className="grid gap-3">
            {others.map((provider) => (
              <ProviderShare key={provider.id} provider={provider} onToggle={() => toggle(provider, false)} />
            ))}
          </ul>
        </section>
      ) : null}
      <Defaults data={data} />
      <DemoModelSection />
      <ShareLinksSection />
      <EndSharing provider={ended} isBusy={share.isPending} onClose={() => setEnded(null)} onConfirm={(provider) => put(provider, false)} />
    </div>
  );
}

function NoProviders() {
  return (
    <EmptyState
      icon={<Share2 aria-hidden />}
      title="You have no provider yet"
      action={
        <Button asChild>
          <Link href="/settings/providers?edit=new">Add a provider</Link>
        </Button>
      }
    >
      Add one under your settings, then share it here.
    </EmptyState>
  );
}

const effectiveForAll = ({ effective, model }: ModelDefault): string => {
  if (effective === null) {
    return model === null ? "nothing; agents without a model of their own can’t answer" : "nothing; the model can’t be used now";
  }
  return `${effective.model} · ${effective.providerName}${effective.source === "admin-all" && model === null ? " (the default for all agents)" : ""}`;
};

function Defaults({ data }: { readonly data: Sharing }) {
  const save = useSaveSharedDefault();
  const usable = data.providers.filter(({ isShared, isActive }) => isShared && isActive);
  return (
    <section aria-labelledby="installation-defaults" className="grid gap-3">
      <div className="grid gap-1">
        <h3 id="installation-defaults" className="flex flex-wrap items-center gap-2 font-medium">
          The installation’s default model
          {data.defaults.some(({ effective }) => effective !== null) ? null : <Badge tone="warning">Not set</Badge>}
        </h3>
        <p className="text-sm text-muted-foreground">
          What an agent uses when neither it nor its owner has chosen a model. New people can chat at once when one is set.
        </p>
      </div>
      {usable.length === 0 && data.defaults.every(({ model }) => model === null) ? (
        <Notice tone="info">Share a provider first: the default is a model that everybody may use.</Notice>
      ) : (
        data.defaults.map((row) => (
          <DefaultEditor
            key={row.backend ?? "all"}
            row={row}
            sources={usable}
            effective={effectiveForAll(row)}
            onSave={async (body) => {
              await save.mutateAsync(body);
              toast.success(body.model === null ? "Default removed" : "Default saved");
            }}
          />
        ))
      )}
    </section>
  );
}

interface EndSharingProps {
  readonly provider: SharableProvider | null;
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onConfirm: (provider: SharableProvider) => void;
}

function EndSharing({ provider, isBusy, onClose, onConfirm }: EndSharingProps) {
  if (provider === null) return null;
  const uses =
    provider.usedByAgents === 0
      ? "No agent of others uses it now."
      : `${provider.usedByAgents === 1 ? "One agent of somebody else uses" : `${provider.usedByAgents} agents of others use`} it now. They fall back to another model, or can’t answer until one is chosen.`;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Stop sharing ${provider.name}?`}
      confirmLabel="Stop sharing"
      isBusy={isBusy}
      onConfirm={() => onConfirm(provider)}
    >
      <p>{uses}</p>
      {provider.isOwn ? null : <p>It belongs to {provider.ownerName}: only they can share it again.</p>}
    </ConfirmDialog>
  );
}
