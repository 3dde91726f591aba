"use client";

import type { CreatedInvite, Invite } from "@mosaic/contracts/admin-users";
import { Plus, Ticket } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { DataTable, type DataColumn } from "@/components/ui/data-table";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { useInvites, useRevokeInvite, useSignUpMode } from "@/features/admin-invites/invite-queries";
import { InviteLink, NewInviteForm } from "@/features/admin-invites/new-invite";
import { SignUpModeChoice } from "@/features/admin-invites/sign-up-mode";
import { TeamModel } from "@/features/admin-sharing/team-model";
import { Loaded } from "@/components/page/load-state";
import { toastProblem } from "@/lib/toast-problem";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";
import { formatTime } from "@/lib/time";
import { m } from "@messages/admin-invites";

export function InvitesPage() {
  const mode = useSignUpMode();
  const invites = useInvites();
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<CreatedInvite | null>(null);
  const [revoked, setRevoked] = useState<Invite | null>(null);
  const add = (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {m.newInvite}
    </Button>
  );
  const hasInvites = invites.data !== undefined && invites.data.length > 0;
  return (
    <SettingsSection title={m.invites} description={m.whoMayMakeAnAccount} actions={hasInvites ? add : null}>
      <Loaded query={mode}>{(stored) => <SignUpModeChoice mode={stored} />}</Loaded>
      <TeamModel />
      <div className="grid gap-3">
        <h3 className="font-medium">{m.inviteLinks}</h3>
        {mode.data === "closed" && hasInvites ? <Notice tone="info">{m.signUpIsClosedSo}</Notice> : null}
        <Loaded query={invites}>
          {(rows) =>
            rows.length === 0 ? (
              <EmptyState icon={<Ticket aria-hidden />} title={m.noInviteYet} action={add}>
                {m.makeALinkChooseHow}
              </EmptyState>
            ) : (
              <DataTable caption={m.invites} columns={columns(setRevoked)} rows={rows} rowKey={({ id }) => id} />
            )
          }
        </Loaded>
      </div>
      <Dialog
        isOpen={isCreating}
        onClose={() => {
          setCreating(false);
          setCreated(null);
        }}
        title={created === null ? m.newInvite : m.copyTheInviteLinkNow}
      >
        {created === null ? <NewInviteForm onCreated={setCreated} /> : <InviteLink created={created} isClosed={mode.data === "closed"} />}
      </Dialog>
      <RevokeInvite invite={revoked} onClose={() => setRevoked(null)} />
    </SettingsSection>
  );
}

const states = {
  open: { text: m.open, tone: "success" },
  used_up: { text: m.usedUp, tone: "neutral" },
  expired: { text: m.expired, tone: "neutral" },
  revoked: { text: m.revoked, tone: "neutral" },
} as const;

const nameOf = (invite: Invite): string => (invite.note === "" ? `…${invite.hint}` : invite.note);

const columns = (onRevoke: (invite: Invite) => void): DataColumn<Invite>[] => [
  {
    id: "invite",
    header: m.invite,
    isMain: true,
    renderCell: (invite) => (
      <div className="grid gap-0.5">
        <p className="break-words font-medium">{nameOf(invite)}</p>
        <p className="text-[0.8125rem] text-muted-foreground">
          {invite.note === "" ? "" : `…${invite.hint} · `}
          {m.byAt(invite.createdByName ?? m.aFormerAdmin, formatTime(invite.createdAt))}
        </p>
      </div>
    ),
  },
  { id: "role", header: m.becomes, renderCell: ({ role }) => (role === "admin" ? <Badge tone="warning">{m.admin}</Badge> : m.member) },
  {
    id: "uses",
    header: m.used,
    className: "tabular-nums lg:whitespace-nowrap",
    renderCell: (invite) => m.usesOfMost(invite.uses, invite.maxUses),
  },
  { id: "status", header: m.status, renderCell: ({ status }) => <Badge tone={states[status].tone}>{states[status].text}</Badge> },
  { id: "expires", header: m.expires, className: "lg:whitespace-nowrap", renderCell: ({ expiresAt }) => formatTime(expiresAt) },
  {
    id: "actions",
    header: m.actions,
    isActions: true,
    renderCell: (invite) =>
      invite.status === "open" ? (
        <Button variant="danger-ghost" size="sm" aria-label={m.revoke(nameOf(invite))} onClick={() => onRevoke(invite)}>
          {m.revokeShort}
        </Button>
      ) : null,
  },
];

function RevokeInvite({ invite, onClose }: { readonly invite: Invite | null; readonly onClose: () => void }) {
  const revoke = useRevokeInvite();
  if (invite === null) return null;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={m.revokeTheInvite(nameOf(invite))}
      confirmLabel={m.revokeInvite}
      isBusy={revoke.isPending}
      onConfirm={() =>
        revoke.mutate(invite.id, { onSuccess: () => toast.success(m.inviteRevoked), onError: toastProblem, onSettled: onClose })
      }
    >
      <p>{m.theLinkStopsWorkingAt}</p>
    </ConfirmDialog>
  );
}
