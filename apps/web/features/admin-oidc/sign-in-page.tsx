"use client";

import type { OidcSettings } from "@mosaic/contracts/oidc";
import { useState } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Notice } from "@/components/ui/notice";
import { OidcForm } from "@/features/admin-oidc/oidc-form";
import { useOidcSettings, useRemoveOidc, useSaveOidc } from "@/features/admin-oidc/oidc-queries";
import { Loaded } from "@/components/page/load-state";
import { toastProblem } from "@/lib/toast-problem";
import { SettingsSection } from "@/components/page/settings-section";
import { useUnsavedChanges } from "@/components/page/unsaved-guard";
import { m } from "@messages/admin-oidc";

export function SignInPage() {
  const settings = useOidcSettings();
  const [saves, setSaves] = useState(0);
  return (
    <div className="max-w-3xl">
      <SettingsSection
        title={m.signIn}
        description={m.letPeopleSignInWith}
        actions={settings.data ? <OidcState stored={settings.data} /> : null}
      >
        <Notice tone="info">{m.theBreakglassAccountsPasswordAlways}</Notice>
        <Loaded query={settings}>
          {(stored) => (
            <>
              {stored.rolesNotTold === null ? null : <RolesNotTold untold={stored.rolesNotTold} />}
              <OidcEditor key={`${stored.isConfigured}-${saves}`} stored={stored} onSaved={() => setSaves(saves + 1)} />
            </>
          )}
        </Loaded>
      </SettingsSection>
    </div>
  );
}

function RolesNotTold({ untold }: { readonly untold: NonNullable<OidcSettings["rolesNotTold"]> }) {
  return (
    <Notice tone="warning" title={m.theSignInServerDid(untold.claim, untold.people, untold.days)}>
      {untold.why === "too_many_groups" ? (
        <p>{m.theyAreInTooMany(<code>roles</code>)}</p>
      ) : (
        <p>{m.itsUserinfoEndpointFailedSo(untold.claim)}</p>
      )}
    </Notice>
  );
}

function OidcState({ stored }: { readonly stored: OidcSettings }) {
  if (!stored.isConfigured) return <Badge>{m.notSetUp}</Badge>;
  return stored.isEnabled ? <Badge tone="success">{m.on}</Badge> : <Badge>{m.off}</Badge>;
}

function OidcEditor({ stored, onSaved }: { readonly stored: OidcSettings; readonly onSaved: () => void }) {
  const save = useSaveOidc();
  const [isDirty, setDirty] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  useUnsavedChanges(isDirty);
  return (
    <>
      <OidcForm
        stored={stored}
        onDirty={setDirty}
        onSave={async (body) => {
          await save.mutateAsync(body);
          toast.success(body.isEnabled ? m.singleSignOnIsOn : m.savedAndOff);
          onSaved();
        }}
        renderActions={({ isSaving, isDirty: hasChanges }) => (
          <div className="flex flex-wrap gap-2 border-t pt-5">
            <Button type="submit" isBusy={isSaving} disabled={!hasChanges && stored.isConfigured}>
              {m.saveSignIn}
            </Button>
            {stored.isConfigured ? (
              <Button variant="danger-ghost" className="ms-auto" onClick={() => setRemoving(true)}>
                {m.removeSingleSignOn}
              </Button>
            ) : null}
          </div>
        )}
      />
      <RemoveOidc isOpen={isRemoving} onClose={() => setRemoving(false)} />
    </>
  );
}

function RemoveOidc({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const remove = useRemoveOidc();
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={m.removeSingleSignOnQuestion}
      confirmLabel={m.removeSingleSignOn}
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => toast.success(m.singleSignOnWasRemoved),
          onError: toastProblem,
          onSettled: onClose,
        })
      }
    >
      <p>{m.theSettingsAndTheClient}</p>
      <p>{m.toOnlyPauseItTurn}</p>
    </ConfirmDialog>
  );
}
