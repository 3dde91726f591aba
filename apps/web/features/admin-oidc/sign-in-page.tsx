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

export function SignInPage() {
  const settings = useOidcSettings();
  const [saves, setSaves] = useState(0);
  return (
    <div className="max-w-3xl">
      <SettingsSection
        title="Sign-in"
        description="Let people sign in with the accounts they have already: any server that speaks OpenID Connect."
        actions={settings.data ? <OidcState stored={settings.data} /> : null}
      >
        <Notice tone="info">
          The breakglass account’s password always works on the sign-in page, whatever you set here: you can’t lock yourself out.
        </Notice>
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
  const people = untold.people === 1 ? "one person" : `${untold.people} people`;
  return (
    <Notice tone="warning" title={`The sign-in server did not tell the ${untold.claim} of ${people} in the last ${untold.days} days`}>
      {untold.why === "too_many_groups" ? (
        <p>
          They are in too many groups to be named (Microsoft Entra stops at about 200), so they kept the role they had, admins too. Let it
          send app roles and use the claim <code>roles</code> in the rules below, or let it name only the groups that are assigned to
          Mosaic.
        </p>
      ) : (
        <p>
          Its userinfo endpoint failed, so they kept the role they had, admins too. Its own log says why; or let it put {untold.claim} into
          the ID token.
        </p>
      )}
    </Notice>
  );
}

function OidcState({ stored }: { readonly stored: OidcSettings }) {
  if (!stored.isConfigured) return <Badge>Not set up</Badge>;
  return stored.isEnabled ? <Badge tone="success">On</Badge> : <Badge>Off</Badge>;
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
          toast.success(body.isEnabled ? "Single sign-on is on" : "Saved; single sign-on is off");
          onSaved();
        }}
        renderActions={({ isSaving, isDirty: hasChanges }) => (
          <div className="flex flex-wrap gap-2 border-t pt-5">
            <Button type="submit" isBusy={isSaving} disabled={!hasChanges && stored.isConfigured}>
              Save sign-in
            </Button>
            {stored.isConfigured ? (
              <Button variant="danger-ghost" className="ml-auto" onClick={() => setRemoving(true)}>
                Remove single sign-on
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
      title="Remove single sign-on?"
      confirmLabel="Remove single sign-on"
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => toast.success("Single sign-on was removed"),
          onError: toastProblem,
          onSettled: onClose,
        })
      }
    >
      <p>The settings and the client secret are deleted. Accounts stay, but people without a password can’t sign in any more.</p>
      <p>To only pause it, turn “Offer it on the sign-in page” off instead.</p>
    </ConfirmDialog>
  );
}
