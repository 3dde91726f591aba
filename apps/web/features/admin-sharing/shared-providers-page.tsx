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
import { m } from "@messages/admin-sharing";

export function SharedProvidersPage() {
  const sharing = useSharing();
  return (
    <div className="max-w-3xl">
      <SettingsSection title={m.sharedProviders} description={m.letEverybodyUseAProvider}>
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
        onSuccess: () => toast.success(isShared ? m.everybodyMayUseNow(provider.name) : m.isNoLongerShared(provider.name)),
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
          {m.yourProviders}
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
            {m.sharedByOtherAdmins}
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
      title={m.youHaveNoProviderYet}
      action={
        <Button asChild>
          <Link href="/settings/providers?edit=new">{m.addAProvider}</Link>
        </Button>
      }
    >
      {m.addOneUnderYourSettings}
    </EmptyState>
  );
}

const effectiveForAll = ({ effective, model }: ModelDefault): string => {
  if (effective === null) {
    return model === null ? m.nothingSet : m.nothingUsable;
  }
  return `${effective.model} · ${effective.providerName}${effective.source === "admin-all" && model === null ? m.theDefaultForAll : ""}`;
};

function Defaults({ data }: { readonly data: Sharing }) {
  const save = useSaveSharedDefault();
  const usable = data.providers.filter(({ isShared, isActive }) => isShared && isActive);
  return (
    <section aria-labelledby="installation-defaults" className="grid gap-3">
      <div className="grid gap-1">
        <h3 id="installation-defaults" className="flex flex-wrap items-center gap-2 font-medium">
          {m.theInstallationsDefaultModel}
          {data.defaults.some(({ effective }) => effective !== null) ? null : <Badge tone="warning">{m.notSet}</Badge>}
        </h3>
        <p className="text-sm text-muted-foreground">{m.whatAnAgentUsesWhen}</p>
      </div>
      {usable.length === 0 && data.defaults.every(({ model }) => model === null) ? (
        <Notice tone="info">{m.shareAProviderFirstThe}</Notice>
      ) : (
        data.defaults.map((row) => (
          <DefaultEditor
            key={row.backend ?? "all"}
            row={row}
            sources={usable}
            effective={effectiveForAll(row)}
            onSave={async (body) => {
              await save.mutateAsync(body);
              toast.success(body.model === null ? m.defaultRemoved : m.defaultSaved);
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
  const uses = provider.usedByAgents === 0 ? m.noAgentOfOthersUses : m.itNowTheyFallBack(provider.usedByAgents);
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={m.stopSharingQuestion(provider.name)}
      confirmLabel={m.stopSharingShort}
      isBusy={isBusy}
      onConfirm={() => onConfirm(provider)}
    >
      <p>{uses}</p>
      {provider.isOwn ? null : <p>{m.itBelongsToOnlyThey(provider.ownerName)}</p>}
    </ConfirmDialog>
  );
}
