"use client";

import type { WaitingMessage } from "@mosaic/contracts/chat";
import type { ChatFile } from "@mosaic/contracts/files";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { useCreateConversation } from "@/features/chat/conversation-queries";
import { draftKey, moveDraft } from "@/features/chat/drafts";
import { moveFiles } from "@/features/chat/files/file-drafts";
import { dropSending, giveBack, keepSending, knownIds, type Sending } from "@/features/chat/sending";
import { newTurn, reduceTurn, type Turn } from "@/features/chat/turn";
import { quietlyMs } from "@/features/chat/turn-connection";
import { startTurn } from "@/features/chat/turn-store";
import { useAddWaiting, useWaiting } from "@/features/chat/waiting-queries";
import { ApiProblem, describeError, isProblem } from "@/lib/api";

export interface SendingProps {
  readonly agent: ChatAgent;
  readonly conversationId: string | null;
  /** A new conversation begins in this folder. */
  readonly folderId: string | null;
  readonly isForgotten: boolean;
  readonly isUnknown: boolean;
}

/** Sends a message, with the conversation that it begins if there is none yet. */
export const useSending = ({ agent, conversationId, folderId, isForgotten, isUnknown }: SendingProps) => {
  const client = useQueryClient();
  const create = useCreateConversation();
  const [wantsToGive, setWantsToGive] = useState(false);
  const isGiving = isUnknown || (isForgotten && wantsToGive);
  const [refused, setRefused] = useState<Turn | null>(null);
  const { mutateAsync, isPending } = create;
  const key = draftKey(conversationId, agent.id);
  const send = useCallback(
    async (content: string, files: readonly ChatFile[] = []): Promise<void> => {
      setRefused(null);
      if (conversationId !== null) {
        await startTurn(client, conversationId, { content, files, withHistory: isGiving });
        return;
      }
      const sending = keepSending(key, { content, files });
      try {
        const { id } = await mutateAsync({ agentId: agent.id, ...(folderId === null ? {} : { folderId }) });
        const turn = startTurn(client, id, { content, files });
        // What was written since is the next message of this conversation.
        moveDraft(key, id);
        moveFiles(key, id);
        window.history.replaceState(null, "", new URL(`/chat?id=${id}`, window.location.href));
        dropSending(key, sending);
        await turn;
      } catch (error) {
        giveBack(key, sending);
        dropSending(key, sending);
        const problem = { ...describeError(error), code: error instanceof ApiProblem ? error.problem.code : null };
        setRefused(reduceTurn(newTurn(content, Date.now()), { type: "refused", problem }));
      }
    },
    [client, conversationId, folderId, agent.id, mutateAsync, key, isGiving],
  );
  const toggleGiving = (): void => setWantsToGive((wants) => !wants);
  return { send, refused, dismissRefused: () => setRefused(null), isCreating: isPending, key, isGiving, toggleGiving };
};

interface WaitingLine {
  readonly waiting: readonly WaitingMessage[];
  /** Those of which the server has not said yet that they wait, for more than a moment. */
  readonly adding: readonly Sending[];
  /** Why the last one could not be added. */
  readonly refusal: unknown;
  readonly dismissRefusal: () => void;
}

/** During an answer a message waits for its end; one that comes just after it is sent. */
export const useWaitingLine = (
  { conversationId }: Pick<SendingProps, "conversationId">,
  key: string,
  send: (content: string) => Promise<void>,
): WaitingLine & { readonly queue: (content: string) => Promise<void> } => {
  const client = useQueryClient();
  const waiting = useWaiting(conversationId);
  const { mutateAsync, error, reset } = useAddWaiting(conversationId);
  const [adding, setAdding] = useState<readonly Sending[]>([]);
  const queue = useCallback(
    async (content: string): Promise<void> => {
      const sending = keepSending(key, { content, known: conversationId === null ? [] : knownIds(client, conversationId) });
      const slow = setTimeout(() => setAdding((others) => [...others, sending]), quietlyMs);
      try {
        await mutateAsync(sending);
      } catch (caught) {
        if (isProblem(caught, "nothing_to_wait_for")) void send(content);
        else giveBack(key, sending);
      } finally {
        clearTimeout(slow);
        setAdding((others) => others.filter((other) => other !== sending));
        dropSending(key, sending);
      }
    },
    [client, conversationId, mutateAsync, send, key],
  );
  return { waiting, adding, queue, refusal: isProblem(error, "nothing_to_wait_for") ? null : error, dismissRefusal: reset };
};
