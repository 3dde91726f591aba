"use client";

import type { Conversation } from "@mosaic/contracts/chat";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { toast } from "sonner";
import { useDeleteConversation, useRestoreConversation, useUpdateConversation } from "@/features/chat/conversation-queries";
import { stopAnswer, stopTurn } from "@/features/chat/turn-store";
import { isProblem } from "@/lib/api";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/chat";

/** Less than the API grants: what the page offers works. */
const undoMs = 30_000;
const tooLate = m.itIsTooLateTo;

export interface ConversationActions {
  readonly stop: (conversation: Conversation) => void;
  readonly pin: (conversation: Conversation, isPinned: boolean) => void;
  readonly archive: (conversation: Conversation, isArchived: boolean) => void;
  /** `isOpen`: it is what the page shows. */
  readonly remove: (conversation: Conversation, isOpen: boolean) => void;
}

/**
 * What a row's menu does. It goes on when the list is gone meanwhile, as that of a narrow screen is. `onBack` is told of a conversation that an undo
 * brings back into the list.
 */
export const useConversationActions = (onBack: (id: string) => void): ConversationActions => {
  const { mutateAsync: update } = useUpdateConversation();
  const { mutateAsync: remove } = useDeleteConversation();
  const { mutateAsync: restore } = useRestoreConversation();
  const router = useRouter();
  return useMemo(() => {
    const setArchived = async (id: string, isArchived: boolean): Promise<void> => {
      await update({ id, isArchived });
      const undo = (): void => {
        onBack(id);
        setArchived(id, !isArchived).catch(toastProblem);
      };
      toast(isArchived ? m.conversationArchived : m.conversationIsBackInThe, { id, action: { label: m.undo, onClick: undo } });
    };
    const bringBack = async ({ id }: Conversation, isOpen: boolean): Promise<void> => {
      onBack(id);
      await restore(id);
      if (isOpen) router.push(`/chat?id=${id}`);
    };
    const removeWithUndo = async (conversation: Conversation, isOpen: boolean): Promise<void> => {
      stopTurn(conversation.id);
      if (isOpen) router.replace(`/chat?agent=${conversation.agentId}`);
      await remove(conversation.id);
      const undo = (): void =>
        void bringBack(conversation, isOpen).catch((error: unknown) =>
          isProblem(error, "not_found") ? toast.error(tooLate) : toastProblem(error),
        );
      const { id, title } = conversation;
      toast(m.conversationDeleted, { id, description: title, duration: undoMs, action: { label: m.undo, onClick: undo } });
    };
    const stop = async (conversation: Conversation): Promise<void> => {
      const notice = await stopAnswer(conversation);
      if (notice !== null) toast.error(notice);
    };
    return {
      stop: (conversation) => void stop(conversation).catch(toastProblem),
      pin: ({ id }, isPinned) => void update({ id, isPinned }).catch(toastProblem),
      archive: ({ id }, isArchived) => void setArchived(id, isArchived).catch(toastProblem),
      remove: (conversation, isOpen) => void removeWithUndo(conversation, isOpen).catch(toastProblem),
    };
  }, [update, remove, restore, router, onBack]);
};
