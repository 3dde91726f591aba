"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { conversationTitle, type Conversation } from "@mosaic/contracts/chat";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useUpdateConversation } from "@/features/chat/conversation-queries";
import { SaveProblem } from "@/components/page/save-problem";
import { placeFaults } from "@/lib/form-problem";
import { m } from "@messages/chat";

const newTitle = z.object({ title: conversationTitle });

export interface RenameConversationProps {
  readonly conversation: Conversation;
  readonly onClose: () => void;
  readonly onReturnFocus: () => void;
}

export function RenameConversation({ conversation, onClose, onReturnFocus }: RenameConversationProps) {
  const update = useUpdateConversation();
  const form = useForm<z.infer<typeof newTitle>>({ resolver: zodResolver(newTitle), defaultValues: { title: conversation.title } });
  const [rest, setRest] = useState<unknown>(null);
  const onError = (error: unknown): void => setRest(placeFaults(error, form, ["title"]));
  const submit = form.handleSubmit(({ title }) => {
    setRest(null);
    update.mutate({ id: conversation.id, title }, { onSuccess: onClose, onError });
  });
  return (
    <Dialog isOpen onClose={onClose} onReturnFocus={onReturnFocus} title={m.renameConversation}>
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        <Field label={m.title} error={form.formState.errors.title?.message}>
          {(control) => (
            <Input {...control} dir="auto" autoComplete="off" onFocus={(event) => event.target.select()} {...form.register("title")} />
          )}
        </Field>
        {rest === null ? null : <SaveProblem error={rest} />}
        <div className="flex justify-end gap-2">
          <Button variant="secondary" onClick={onClose}>
            {m.cancel}
          </Button>
          <Button type="submit" isBusy={update.isPending}>
            {m.rename}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
