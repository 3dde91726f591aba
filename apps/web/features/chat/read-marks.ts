"use client";

import type { Message } from "@mosaic/contracts/chat";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { useSearchParams, usePathname } from "next/navigation";
import { useConversations } from "@/features/chat/conversation-queries";
import { requestNothing } from "@/lib/api";
import { useTitleCount } from "@/lib/page-title";
import { usePageVisible } from "@/lib/page-visible";
import { putUnread } from "@/lib/unread";

/** Says to all devices that the messages were seen. `null`: there is nothing to say. */
export const useMarkRead = (conversationId: string | null, isUnread: boolean): ((messages: readonly Message[]) => void) | null => {
  const client = useQueryClient();
  const mark = useCallback(
    (messages: readonly Message[]) => {
      const messageId = newestOf(messages);
      if (conversationId === null || messageId === null) return;
      putUnread(client, conversationId, false);
      // Whoever opens the conversation next says it again.
      void requestNothing(`/api/conversations/${conversationId}/read`, { method: "POST", body: { messageId } }).catch(() => undefined);
    },
    [client, conversationId],
  );
  return isUnread ? mark : null;
};

/** What is in view is seen: this page is not hidden, and shows the end of the conversation. */
export const useSeen = (messages: readonly Message[], isAtEnd: boolean, mark: ((messages: readonly Message[]) => void) | null): void => {
  const isVisible = usePageVisible();
  useEffect(() => {
    if (mark !== null && isVisible && isAtEnd) mark(messages);
  }, [mark, isVisible, isAtEnd, messages]);
};

/** Ids grow with time. Of what is being sent here, there is none yet. */
const newestOf = (messages: readonly Message[]): string | null =>
  messages.reduce<string | null>((newest, { id }) => (id.length === 36 && (newest === null || id > newest) ? id : newest), null);

/** How many conversations of those in the list are unread stands in the tab. What comes moves its conversation up, so the first page has the newest. */
export function UnreadTitle() {
  const isChat = usePathname() === "/chat";
  const id = useSearchParams().get("id");
  // What comes in the one that is being looked at is seen as it comes.
  const shown = usePageVisible() && isChat ? id : null;
  const unread = useConversations().data?.filter((one) => one.isUnread && one.id !== shown) ?? [];
  useTitleCount(unread.length);
  return null;
}
