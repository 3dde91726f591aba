"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { updateConversation, type Conversation, type UpdateConversation } from "@mosaic/contracts/chat";
import { useRouter } from "next/navigation";
import { useForm } from "react-hook-form";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useDeleteConversation, useRenameConversation } from "@/features/chat/conversation-queries";
import { stopTurn } from "@/features/chat/turn-store";
import { SaveProblem } from "@/components/page/save-problem";
import { describeError } from "@/lib/api";

export function RenameConversation({ conversation, onClose }: { readonly conversation: Conversation; readonly onClose: () => void }) {
  const rename = useRenameConversation();
  const form = useForm<UpdateConversation>({ resolver: zodResolver(updateConversation), defaultValues: { title: conversation.title } });
  const submit = form.handleSubmit(({ title }) => rename.mutate({ id: conversation.id, title }, { onSuccess: onClose }));
  return (
    <Dialog isOpen onClose={onClose} title="Rename conversation">
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        <Field label="Title" error={form.formState.errors.title && "1 to 120 characters"}>
          {(control) => <Input {...control} autoComplete="off" onFocus={(event) => event.target.select()} {...form.register("title")} />}
        </Field>
        {rename.error ? <SaveProblem error={rename.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button variant="secondary" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" isBusy={rename.isPending}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export interface DeleteConversationProps {
  readonly conversation: Conversation;
  readonly isCurrent: boolean;
  readonly onClose: () => void;
}

export function DeleteConversation({ conversation, isCurrent, onClose }: DeleteConversationProps) {
  const router = useRouter();
  const remove = useDeleteConversation();
  const onConfirm = (): void => {
    stopTurn(conversation.id);
    if (isCurrent) router.replace(`/chat?agent=${conversation.agentId}`);
    remove.mutate(conversation.id, {
      onSuccess: () => toast.success("Conversation deleted"),
      onError: (error) => toast.error(describeError(error).title, { description: describeError(error).detail }),
      onSettled: onClose,
    });
  };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title="Delete this conversation?"
      confirmLabel="Delete conversation"
      isBusy={remove.isPending}
      onConfirm={onConfirm}
    >
      <p>
        <strong className="break-words font-semibold text-foreground">{conversation.title}</strong> and all its messages are deleted, and
        can’t be brought back. What the agent wrote into its own memory stays.
      </p>
    </ConfirmDialog>
  );
}
