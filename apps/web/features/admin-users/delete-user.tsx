"use client";

import type { ManagedUser } from "@mosaic/contracts/admin-users";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useDeleteUser, useUserLoss } from "@/features/admin-users/user-queries";
import { toastProblem } from "@/lib/toast-problem";
import { describeError } from "@/lib/api";
import { m } from "@messages/admin-users";

export function DeleteUser({ user, onClose }: { readonly user: ManagedUser; readonly onClose: () => void }) {
  const remove = useDeleteUser();
  const loss = useUserLoss(user.id);
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={m.delete(user.displayName)}
      confirmLabel={m.deleteUser}
      typeToConfirm={user.username}
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(user.id, {
          onSuccess: () => toast.success(m.wasDeleted(user.displayName)),
          onError: toastProblem,
          onSettled: onClose,
        })
      }
    >
      <p>{m.thisCantBeUndoneNobody}</p>
      {loss.error ? <p role="alert">{m.whatIsLostCouldNot(describeError(loss.error).detail ?? m.tryAgainLater)}</p> : null}
      <ul aria-busy={loss.isPending} className="list-disc space-y-1 ps-5">
        <li>{loss.data ? m.agentsLost(loss.data.agents) : m.allAgents}</li>
        <li>{loss.data ? m.conversationsLost(loss.data.conversations) : m.allConversations}</li>
        <li>{loss.data ? m.providersLost(loss.data.providers) : m.allProviders}</li>
        <li>{loss.data ? m.tokensLost(loss.data.tokens) : m.allTokens}</li>
        {loss.data && loss.data.sharedProviders > 0 ? (
          <li>
            <strong className="font-semibold text-foreground">{m.agentsOfOthersThatUse(loss.data.sharedProviders)}</strong>
          </li>
        ) : null}
      </ul>
      <p>{m.toOnlyLockSomebodyOut}</p>
    </ConfirmDialog>
  );
}
