"use client";

import { conversationWithMessages, messagePage, type ConversationWithMessages } from "@mosaic/contracts/chat";
import { queryOptions, replaceEqualDeep, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

/** A conversation with its newest messages, and those before them that were loaded. */
export const conversationQuery = (client: QueryClient, id: string) =>
  queryOptions({
    queryKey: queryKeys.conversation(id),
    queryFn: async ({ signal }) => {
      const newest = await request(conversationWithMessages, `/api/conversations/${id}`, { signal });
      // It comes along, and is not asked for again.
      if (newest.waiting !== undefined) client.setQueryData(queryKeys.waiting(id), newest.waiting);
      return withKnown(client.getQueryData<ConversationWithMessages>(queryKeys.conversation(id)), newest);
    },
    // Older messages come in front: by their places, all would be others.
    structuralSharing: false,
  });

/**
 * The newest messages as they are now, after those that are known to be before them. What has not changed stays the same object, so that it need not
 * be rendered again. With a gap between the two (a page that slept for long) what was known is let go: it can be loaded again.
 */
export const withKnown = (known: ConversationWithMessages | undefined, newest: ConversationWithMessages): ConversationWithMessages => {
  const firstId = newest.messages[0]?.id;
  const at = known?.messages.findIndex(({ id }) => id === firstId) ?? -1;
  if (known === undefined || at < 0) return newest;
  const byId = new Map(known.messages.slice(at).map((message) => [message.id, message]));
  const messages = newest.messages.map((message) => replaceEqualDeep(byId.get(message.id), message));
  return {
    ...newest,
    messages: [...known.messages.slice(0, at), ...messages],
    hasOlder: at === 0 ? newest.hasOlder : known.hasOlder,
  };
};

export interface OlderMessages {
  readonly isLoading: boolean;
  readonly error: unknown;
  /** Whether they came. Whoever asks while they are on their way waits for the same ones. */
  readonly load: () => Promise<boolean>;
}

/** Loads once at a time. */
export const useLoading = (fetchMore: () => Promise<void>): OlderMessages => {
  const [isLoading, setLoading] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const underWay = useRef<Promise<boolean> | null>(null);
  const loadOnce = useCallback(async (): Promise<boolean> => {
    setLoading(true);
    setError(null);
    try {
      await fetchMore();
      return true;
    } catch (caught) {
      setError(caught);
      return false;
    } finally {
      underWay.current = null;
      setLoading(false);
    }
  }, [fetchMore]);
  const load = useCallback(async (): Promise<boolean> => (underWay.current ??= loadOnce()), [loadOnce]);
  return useMemo(() => ({ isLoading, error, load }), [isLoading, error, load]);
};

/** Loads the messages right before the first one that is known. */
export const useOlderMessages = (id: string | null): OlderMessages => {
  const client = useQueryClient();
  return useLoading(useCallback(async () => (id === null ? undefined : loadOlder(client, id)), [client, id]));
};

const loadOlder = async (client: QueryClient, id: string): Promise<void> => {
  const first = client.getQueryData<ConversationWithMessages>(queryKeys.conversation(id))?.messages[0];
  if (first === undefined) return;
  const older = await request(messagePage, `/api/conversations/${id}/messages?before=${first.id}`);
  client.setQueryData<ConversationWithMessages>(queryKeys.conversation(id), (known) =>
    // Others may have been let go, or loaded, meanwhile.
    known?.messages[0]?.id === first.id ? { ...known, messages: [...older.messages, ...known.messages], hasOlder: older.hasOlder } : known,
  );
};
