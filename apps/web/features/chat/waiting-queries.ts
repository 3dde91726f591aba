"use client";

import { waitingMessage, waitingMessages, type WaitingMessage } from "@mosaic/contracts/chat";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { isProblem, request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

const none: readonly WaitingMessage[] = [];

/** What waits in a conversation, in its order. What happens to it is heard with everything about the conversation. */
export const useWaiting = (conversationId: string | null): readonly WaitingMessage[] =>
  useQuery({
    queryKey: queryKeys.waiting(conversationId ?? ""),
    queryFn: async ({ signal }) => (await request(waitingMessages, `/api/conversations/${conversationId}/waiting`, { signal })).waiting,
    enabled: conversationId !== null,
  }).data ?? none;

export const useAddWaiting = (conversationId: string | null) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (content: string) =>
      request(waitingMessage, `/api/conversations/${conversationId}/waiting`, { method: "POST", body: { content } }),
    onSuccess: (added) => {
      client.setQueryData<readonly WaitingMessage[]>(queryKeys.waiting(conversationId ?? ""), (known) =>
        known === undefined || known.some(({ id }) => id === added.id) ? known : [...known, added],
      );
      void client.invalidateQueries({ queryKey: queryKeys.waiting(conversationId ?? "") });
    },
  });
};

/** `not_found`: it was sent, or taken back, meanwhile. Then it only goes from the list. */
const unlessGone = (error: unknown): void => {
  if (!isProblem(error, "not_found")) throw error;
};

export const useSendNow = (conversationId: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/waiting/${id}/send`, { method: "POST" }).catch(unlessGone),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.waiting(conversationId) }),
  });
};

/** Resolves with its text, or with `null` if it was sent meanwhile. */
export const useTakeBack = (conversationId: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, content }: WaitingMessage): Promise<string | null> => {
      const error = await requestNothing(`/api/waiting/${id}`, { method: "DELETE" }).catch((caught: unknown) => caught);
      if (error === undefined) return content;
      unlessGone(error);
      return null;
    },
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.waiting(conversationId) }),
  });
};
