"use client";

import type { ManagedUser, UpdateUser } from "@mosaic/contracts/admin-users";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useUpdateUser } from "@/features/admin-users/user-queries";
import { DeleteUser } from "@/features/admin-users/delete-user";
import { toastProblem } from "@/lib/toast-problem";

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
    title: `Make ${user.displayName} an admin?`,
    confirm: "Make admin",
    done: `${user.displayName} is an admin now`,
    body: { role: "admin" },
    tone: "primary",
    text: (
      <p>
        Admins manage people, sign-in, shared providers and containers, and read the audit log. They can’t read anybody’s conversations,
        keys or memory.
      </p>
    ),
  }),
  demote: ({ user, isSelf }) => ({
    title: isSelf ? "Give up your own admin role?" : `Make ${user.displayName} a member?`,
    confirm: isSelf ? "Give up admin role" : "Make member",
    done: isSelf ? "You are a member now" : `${user.displayName} is a member now`,
    body: { role: "member" },
    tone: "danger",
    text: isSelf ? (
      <p>
        <strong className="font-semibold text-foreground">This is your own account.</strong> You lose these pages at once, and only another
        admin can give them back. Providers that you share stop being shared.
      </p>
    ) : (
      <p>{user.displayName} loses the admin pages at once. Providers that they share stop being shared.</p>
    ),
  }),
  disable: ({ user }) => ({
    title: `Disable ${user.displayName}?`,
    confirm: "Disable account",
    done: `${user.displayName} is disabled`,
    body: { isDisabled: true },
    tone: "danger",
    text: (
      <p>
        They are signed out everywhere at once, their access tokens stop working and their agents stop. Nothing is deleted: enabling the
        account brings everything back.
      </p>
    ),
  }),
};
