"use client";

import type { Conversation } from "@mosaic/contracts/chat";
import { useId, useState } from "react";
import { SaveProblem } from "@/components/page/save-problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useUpdateConversation } from "@/features/chat/conversation-queries";
import { FolderFormOnDemand } from "@/features/chat/folders/folder-form-on-demand";
import { useFolders } from "@/features/chat/folders/folder-queries";
import { m } from "@messages/folders";

export interface MoveConversationProps {
  readonly conversation: Conversation;
  readonly onClose: () => void;
  readonly onReturnFocus: () => void;
}

const none = "";

export function MoveConversation({ conversation, onClose, onReturnFocus }: MoveConversationProps) {
  const folders = useFolders();
  const update = useUpdateConversation();
  const name = useId();
  const [chosen, setChosen] = useState(conversation.folderId ?? none);
  const [isCreating, setCreating] = useState(false);
  if (isCreating) return <FolderFormOnDemand folder={null} onClose={() => setCreating(false)} onSaved={({ id }) => setChosen(id)} />;
  const move = (): void => update.mutate({ id: conversation.id, folderId: chosen === none ? null : chosen }, { onSuccess: onClose });
  const choices = [{ id: none, name: m.noFolder }, ...(folders.data ?? [])];
  return (
    <Dialog isOpen onClose={onClose} onReturnFocus={onReturnFocus} title={m.moveTitle(conversation.title)} description={m.moveMeans}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          move();
        }}
      >
        <fieldset className="grid max-h-72 gap-0.5 overflow-y-auto">
          <legend className="sr-only">{m.folder}</legend>
          {choices.map((choice) => (
            <label key={choice.id} className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 text-sm hover:bg-accent">
              <input
                type="radio"
                name={name}
                value={choice.id}
                checked={choice.id === chosen}
                onChange={() => setChosen(choice.id)}
                className="size-4 accent-primary"
              />
              <span dir="auto" className="min-w-0 flex-1 truncate text-start">
                {choice.name}
              </span>
            </label>
          ))}
        </fieldset>
        {folders.data?.length === 0 ? <p className="text-sm text-muted-foreground">{m.noneYet}</p> : null}
        {(folders.error ?? update.error) ? <SaveProblem error={folders.error ?? update.error} /> : null}
        <div className="flex flex-wrap justify-end gap-2">
          <Button variant="ghost" className="me-auto" onClick={() => setCreating(true)}>
            {m.newFolder}
          </Button>
          <Button variant="secondary" onClick={onClose}>
            {m.cancel}
          </Button>
          <Button type="submit" isBusy={update.isPending} disabled={chosen === (conversation.folderId ?? none)}>
            {m.move}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
