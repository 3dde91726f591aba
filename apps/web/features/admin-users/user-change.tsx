"use client";

import type { ManagedUser, UpdateUser } from "@mosaic/contracts/admin-users";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useUpdateUser } from "@/features/admin-users/user-queries";
import { DeleteUser } from "@/features/admin-users/delete-user";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/admin-users";

export interface PendingChange {
  readonly kind: "promote" | "demote" | "disable" | "delete";
  readonly user: ManagedUser;
  readonly isSelf: boolean;
}

/** Asks before what somebody else would notice. */
export function UserChange({ pending, onClose }: { readonly pending: PendingChange | null; readonly onClose: () => void }) {
  const update = useUpdateUser();
  if (pending === null) return null;
  if (pending.kind === "delete") return <DeleteUser user={pending.user} onClose={onClose} />;
  const { title, confirm, done, body, tone, text } = questions[pending.kind](pending);
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={title}
      confirmLabel={confirm}
      tone={tone}
      isBusy={update.isPending}
      onConfirm={() =>
        update.mutate({ id: pending.user.id, body }, { onSuccess: () => toast.success(done), onError: toastProblem, onSettled: onClose })
      }
    >
      {text}
    </ConfirmDialog>
  );
}

interface Question {
  readonly title: string;
  readonly confirm: string;
  readonly done: string;
  readonly body: UpdateUser;
  readonly tone: "primary" | "danger";
  readonly text: ReactNode;
}

const questions: Record<Exclude<PendingChange["kind"], "delete">, (change: PendingChange) => Question> = {
  promote: ({ user }) => ({
    title: m.makeAnAdmin(user.displayName),
    confirm: m.makeAdmin,
    done: m.isAnAdminNow(user.displayName),
    body: { role: "admin" },
    tone: "primary",
    text: <p>{m.adminsManagePeopleSignIn}</p>,
  }),
  demote: ({ user, isSelf }) => ({
    title: isSelf ? m.giveUpYourOwnAdmin : m.makeAMember(user.displayName),
    confirm: isSelf ? m.giveUpAdminRole : m.makeMember,
    done: isSelf ? m.youAreAMemberNow : m.isAMemberNow(user.displayName),
    body: { role: "member" },
    tone: "danger",
    text: isSelf ? (
      <p>
        <strong className="font-semibold text-foreground">{m.thisIsYourOwnAccount}</strong> {m.youLoseThesePagesAt}
      </p>
    ) : (
      <p>{m.losesTheAdminPagesAt(user.displayName)}</p>
    ),
  }),
  disable: ({ user }) => ({
    title: m.disableQuestion(user.displayName),
    confirm: m.disableAccount,
    done: m.isDisabled(user.displayName),
    body: { isDisabled: true },
    tone: "danger",
    text: <p>{m.theyAreSignedOutEverywhere}</p>,
  }),
};
