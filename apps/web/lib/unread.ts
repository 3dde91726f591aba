import type { ConversationWithMessages } from "@mosaic/contracts/chat";
import type { ConversationList } from "@mosaic/contracts/conversations";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/lib/query-keys";

/** As it is now, wherever this page shows the conversation. */
export const putUnread = (client: QueryClient, id: string, isUnread: boolean): void => {
  client.setQueryData<ConversationWithMessages>(queryKeys.conversation(id), (known) => (known ? { ...known, isUnread } : known));
  client.setQueriesData<InfiniteData<ConversationList>>({ queryKey: queryKeys.conversations }, (known) => {
    if (known === undefined) return known;
    const pages = known.pages.map((page) => ({
      ...page,
      conversations: page.conversations.map((one) => (one.id === id && one.isUnread !== isUnread ? { ...one, isUnread } : one)),
    }));
    return { ...known, pages };
  });
};
