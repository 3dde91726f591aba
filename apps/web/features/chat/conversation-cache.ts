"use client";

import type { Conversation, ConversationWithMessages, Message } from "@mosaic/contracts/chat";
import type { QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/lib/query-keys";

/** What a page has read itself, it need not fetch. */
export const putAnswerIntoCache = (client: QueryClient, id: string, question: Message | null, answer: Message): void => {
  client.setQueryData<ConversationWithMessages>(queryKeys.conversation(id), (known) => {
    if (!known || question === null) return known;
    const others = known.messages.filter((message) => message.id !== question.id && message.id !== answer.id);
    return { ...known, messages: [...others, question, answer] };
  });
};

/** The conversation moves to the top of the list, with the title that its first message gave it. */
export const putTitleIntoCache = (client: QueryClient, id: string, change: Pick<Conversation, "title" | "updatedAt">): void => {
  client.setQueryData<ConversationWithMessages>(queryKeys.conversation(id), (known) => (known ? { ...known, ...change } : known));
  const list = client.getQueryData<Conversation[]>(queryKeys.conversations);
  const found = list?.find((conversation) => conversation.id === id);
  if (list === undefined || found === undefined) {
    void client.invalidateQueries({ queryKey: queryKeys.conversations });
    return;
  }
  // What was asked before does not know the title yet.
  void client.cancelQueries({ queryKey: queryKeys.conversations });
  client.setQueryData<Conversation[]>(queryKeys.conversations, [{ ...found, ...change }, ...list.filter((other) => other !== found)]);
};
