"use client";

import type { ManagedUser } from "@mosaic/contracts/admin-users";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useDeleteUser, useUserLoss } from "@/features/admin-users/user-queries";
import { toastProblem } from "@/lib/toast-problem";
import { describeError } from "@/lib/api";

const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? "" : "s"}`;

export function DeleteUser({ user, onClose }: { readonly user: ManagedUser; readonly onClose: () => void }) {
  const remove = useDeleteUser();
  const loss = useUserLoss(user.id);
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete ${user.displayName}?`}
      confirmLabel="Delete user"
      typeToConfirm={user.username}
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(user.id, {
          onSuccess: () => toast.success(`${user.displayName} was deleted`),
          onError: toastProblem,
          onSettled: onClose,
        })
      }
    >
      <p>This can’t be undone. Nobody, not even an admin, can get any of it back. What is lost:</p>
      {loss.error ? <p role="alert">What is lost could not be counted: {describeError(loss.error).detail ?? "try again later"}</p> : null}
      <ul aria-busy={loss.isPending} className="list-disc space-y-1 pl-5">
        <li>{loss.data ? count(loss.data.agents, "agent") : "all agents"}, with their memory and files</li>
        <li>{loss.data ? count(loss.data.conversations, "conversation") : "all conversations"}</li>
        <li>{loss.data ? count(loss.data.providers, "provider") : "all providers"}, with their keys</li>
        <li>{loss.data ? count(loss.data.tokens, "access token") : "all access tokens"}, and every session</li>
        {loss.data && loss.data.sharedProviders > 0 ? (
          <li>
            <strong className="font-semibold text-foreground">
              {count(loss.data.sharedProviders, "shared provider")}: agents of others that use{" "}
              {loss.data.sharedProviders === 1 ? "it" : "them"} lose their model
            </strong>
          </li>
        ) : null}
      </ul>
      <p>To only lock somebody out, disable the account instead.</p>
    </ConfirmDialog>
  );
}
