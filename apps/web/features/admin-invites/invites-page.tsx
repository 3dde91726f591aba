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

export function InvitesPage() {
  const mode = useSignUpMode();
  const invites = useInvites();
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<CreatedInvite | null>(null);
  const [revoked, setRevoked] = useState<Invite | null>(null);
  const add = (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      New invite
    </Button>
  );
  const hasInvites = invites.data !== undefined && invites.data.length > 0;
  return (
    <SettingsSection
      title="Invites"
      description="Who may make an account with a user name and a password, and the links that let them."
      actions={hasInvites ? add : null}
    >
      <Loaded query={mode}>{(stored) => <SignUpModeChoice mode={stored} />}</Loaded>
      <TeamModel />
      <div className="grid gap-3">
        <h3 className="font-medium">Invite links</h3>
        {mode.data === "closed" && hasInvites ? (
          <Notice tone="info">Sign-up is closed, so none of these links works now. Choose “By invite” above to let them work.</Notice>
        ) : null}
        <Loaded query={invites}>
          {(rows) =>
            rows.length === 0 ? (
              <EmptyState icon={<Ticket aria-hidden />} title="No invite yet" action={add}>
                Make a link, choose how often it may be used and until when, and send it to whoever should get an account.
              </EmptyState>
            ) : (
              <DataTable caption="Invites" columns={columns(setRevoked)} rows={rows} rowKey={({ id }) => id} />
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
        title={created === null ? "New invite" : "Copy the invite link now"}
      >
        {created === null ? <NewInviteForm onCreated={setCreated} /> : <InviteLink created={created} isClosed={mode.data === "closed"} />}
      </Dialog>
      <RevokeInvite invite={revoked} onClose={() => setRevoked(null)} />
    </SettingsSection>
  );
}

const states = {
  open: { text: "Open", tone: "success" },
  used_up: { text: "Used up", tone: "neutral" },
  expired: { text: "Expired", tone: "neutral" },
  revoked: { text: "Revoked", tone: "neutral" },
} as const;

const nameOf = (invite: Invite): string => (invite.note === "" ? `…${invite.hint}` : invite.note);

const columns = (onRevoke: (invite: Invite) => void): DataColumn<Invite>[] => [
  {
    id: "invite",
    header: "Invite",
    isMain: true,
    renderCell: (invite) => (
      <div className="grid gap-0.5">
        <p className="break-words font-medium">{nameOf(invite)}</p>
        <p className="text-[0.8125rem] text-muted-foreground">
          {invite.note === "" ? "" : `…${invite.hint} · `}by {invite.createdByName ?? "a former admin"}, {formatTime(invite.createdAt)}
        </p>
      </div>
    ),
  },
  { id: "role", header: "Becomes", renderCell: ({ role }) => (role === "admin" ? <Badge tone="warning">Admin</Badge> : "Member") },
  {
    id: "uses",
    header: "Used",
    className: "tabular-nums lg:whitespace-nowrap",
    renderCell: (invite) => `${invite.uses} of ${invite.maxUses}`,
  },
  { id: "status", header: "Status", renderCell: ({ status }) => <Badge tone={states[status].tone}>{states[status].text}</Badge> },
  { id: "expires", header: "Expires", className: "lg:whitespace-nowrap", renderCell: ({ expiresAt }) => formatTime(expiresAt) },
  {
    id: "actions",
    header: "Actions",
    isActions: true,
    renderCell: (invite) =>
      invite.status === "open" ? (
        <Button variant="danger-ghost" size="sm" aria-label={`Revoke ${nameOf(invite)}`} onClick={() => onRevoke(invite)}>
          Revoke
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
      title={`Revoke the invite “${nameOf(invite)}”?`}
      confirmLabel="Revoke invite"
      isBusy={revoke.isPending}
      onConfirm={() =>
        revoke.mutate(invite.id, { onSuccess: () => toast.success("Invite revoked"), onError: toastProblem, onSettled: onClose })
      }
    >
      <p>The link stops working at once. Accounts that were made with it stay.</p>
    </ConfirmDialog>
  );
}
