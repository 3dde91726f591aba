"use client";

import { waitingMessage, waitingMessages, type WaitingMessage } from "@mosaic/contracts/chat";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { askServer } from "@/features/chat/ask-server";
import { dropSending, keepSending, knownIds, wasTaken, type Sending } from "@/features/chat/sending";
import { ApiProblem, isProblem, request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

const none: readonly WaitingMessage[] = [];

/** What waits in a conversation, in its order. What happens to it is heard with everything about the conversation. */
export const useWaiting = (conversationId: string | null): readonly WaitingMessage[] =>
  useQuery({
    queryKey: queryKeys.waiting(conversationId ?? ""),
    queryFn: async ({ signal }) => (await request(waitingMessages, `/api/conversations/${conversationId}/waiting`, { signal })).waiting,
    enabled: conversationId !== null,
  }).data ?? none;

/** Resolves with `null` if the server has it without having said so in time. */
export const useAddWaiting = (conversationId: string | null) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (sending: Sending): Promise<WaitingMessage | null> => {
      const { content } = sending;
      try {
        return await request(waitingMessage, `/api/conversations/${conversationId}/waiting`, { method: "POST", body: { content } });
      } catch (error) {
        if (error instanceof ApiProblem || conversationId === null) throw error;
        // It may wait all the same, or was sent since.
        if (wasTaken(sending, await askServer(client, conversationId))) return null;
        throw error;
      }
    },
    onSuccess: (added) => {
      if (added === null) return;
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
      const known = knownIds(client, conversationId).filter((other) => other !== id);
      const sending = keepSending(conversationId, { content, known });
      try {
        await requestNothing(`/api/waiting/${id}`, { method: "DELETE" });
        return content;
      } catch (error) {
        if (error instanceof ApiProblem) return noneIfGone(error);
        const now = await askServer(client, conversationId);
        if (now.waiting?.some((other) => other.id === id)) throw error;
        return wasTaken(sending, now) ? null : content;
      } finally {
        dropSending(conversationId, sending);
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.waiting(conversationId) }),
  });
};

const noneIfGone = (error: unknown): null => {
  unlessGone(error);
  return null;
};
