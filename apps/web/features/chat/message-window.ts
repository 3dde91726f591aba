"use client";

import { messagePage, type ConversationWithMessages, type Message, type MessagePage } from "@mosaic/contracts/chat";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, type Dispatch, type SetStateAction } from "react";
import { useLoading, useOlderMessages, type OlderMessages } from "@/features/chat/conversation-messages";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

/** Messages in a row that are not known to join the newest ones. */
export interface FarMessages {
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
}

/** What is shown of a conversation: its newest messages and those before them, or some around one that is far back. */
export interface MessageWindow extends FarMessages {
  /** The newest messages, shown or not. */
  readonly newest: readonly Message[];
  readonly older: OlderMessages;
  /** Loads what comes after these. `null`: these are the newest ones. */
  readonly newer: OlderMessages | null;
  /** Shows a message with its neighbours. Throws `not_found` if there is no such message. */
  readonly open: (messageId: string) => Promise<void>;
  /** Shows the newest messages again. */
  readonly leave: () => void;
}

export const useMessageWindow = (conversationId: string | null, stored: readonly Message[], hasOlder: boolean): MessageWindow => {
  const { far, setFar, show, page } = useFar(conversationId);
  const olderOfNewest = useOlderMessages(conversationId);
  const beyondFar = useBeyondFar({ far, setFar, show, page });
  const newest = useRef(stored);
  useEffect(() => {
    newest.current = stored;
  }, [stored]);
  const open = useCallback(
    async (messageId: string): Promise<void> => {
      if (newest.current.some(({ id }) => id === messageId)) {
        setFar(null);
        return;
      }
      const { messages, hasOlder: hasBefore, hasNewer } = await page(`around=${messageId}`);
      show({ messages, hasOlder: hasBefore }, hasNewer);
    },
    [page, show, setFar],
  );
  const leave = useCallback(() => setFar(null), [setFar]);
  return useMemo(
    () =>
      far === null
        ? { messages: stored, newest: stored, hasOlder, older: olderOfNewest, newer: null, open, leave }
        : { ...far, ...beyondFar, newest: stored, open, leave },
    [far, stored, hasOlder, olderOfNewest, beyondFar, open, leave],
  );
};

interface Far {
  readonly far: FarMessages | null;
  readonly setFar: Dispatch<SetStateAction<FarMessages | null>>;
  /** Shows them by themselves, or as a part of the newest ones, once they join these. */
  readonly show: (shown: FarMessages, hasNewer: boolean) => void;
  readonly page: (query: string) => Promise<MessagePage>;
}

const useFar = (conversationId: string | null): Far => {
  const client = useQueryClient();
  const [far, setFar] = useState<FarMessages | null>(null);
  const page = useCallback(
    async (query: string): Promise<MessagePage> => request(messagePage, `/api/conversations/${conversationId}/messages?${query}`),
    [conversationId],
  );
  const show = useCallback(
    (shown: FarMessages, hasNewer: boolean): void => {
      if (conversationId !== null) setFar(joinNewest(client, conversationId, shown, hasNewer) ? null : shown);
    },
    [client, conversationId],
  );
  return { far, setFar, show, page };
};

/** What is before and after messages that are far back. Others may have been opened, or loaded, while it was on its way. */
const useBeyondFar = ({ far, setFar, show, page }: Far): { readonly older: OlderMessages; readonly newer: OlderMessages } => {
  const latest = useRef(far);
  useEffect(() => {
    latest.current = far;
  }, [far]);
  const older = useLoading(
    useCallback(async () => {
      const first = latest.current?.messages[0];
      if (first === undefined) return;
      const more = await page(`before=${first.id}`);
      setFar((known) =>
        known?.messages[0]?.id === first.id ? { messages: [...more.messages, ...known.messages], hasOlder: more.hasOlder } : known,
      );
    }, [page, setFar]),
  );
  const newer = useLoading(
    useCallback(async () => {
      const last = latest.current?.messages.at(-1);
      if (last === undefined) return;
      const more = await page(`after=${last.id}`);
      const now = latest.current;
      if (now?.messages.at(-1)?.id === last.id) show({ ...now, messages: [...now.messages, ...more.messages] }, more.hasNewer);
    }, [page, show]),
  );
  return useMemo(() => ({ older, newer }), [older, newer]);
};

/** Puts what goes on into the newest messages before these. False if there is a gap between the two. */
const joinNewest = (client: QueryClient, id: string, shown: FarMessages, hasNewer: boolean): boolean => {
  const known = client.getQueryData<ConversationWithMessages>(queryKeys.conversation(id));
  const joined = known === undefined ? null : joinedWith(known, shown, hasNewer);
  if (joined === null) return false;
  client.setQueryData<ConversationWithMessages>(queryKeys.conversation(id), joined);
  return true;
};

export const joinedWith = (
  known: ConversationWithMessages,
  { messages, hasOlder }: FarMessages,
  hasNewer: boolean,
): ConversationWithMessages | null => {
  const ids = new Set(known.messages.map((message) => message.id));
  const before = messages.filter((message) => !ids.has(message.id));
  if (hasNewer && before.length === messages.length) return null;
  // All of them may be known already, with others before them.
  if (before.length === 0) return known;
  return { ...known, messages: [...before, ...known.messages], hasOlder };
};
