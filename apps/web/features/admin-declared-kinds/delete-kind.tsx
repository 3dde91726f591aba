"use client";

import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useDeleteDeclaration } from "@/features/admin-declared-kinds/declaration-queries";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/admin-declared-kinds";

export function DeleteKind({ kind, onClose }: { readonly kind: BackendSettings | null; readonly onClose: () => void }) {
  const remove = useDeleteDeclaration();
  if (kind === null) return null;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={m.deleteTheKind(kind.label)}
      confirmLabel={m.deleteKind}
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(kind.id, { onSuccess: () => toast.success(m.kindDeleted(kind.label)), onError: toastProblem, onSettled: onClose })
      }
    >
      <p>{m.itsDeclarationGoesWithItsHistory}</p>
    </ConfirmDialog>
  );
}
