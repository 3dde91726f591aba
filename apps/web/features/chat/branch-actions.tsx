"use client";

import type { Message } from "@mosaic/contracts/chat";
import { chatFile, type ChatFile } from "@mosaic/contracts/files";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useRef, type ReactNode } from "react";
import type { MessageWindow } from "@/features/chat/message-window";
import { answerAgain, startTurn } from "@/features/chat/turn-store";
import { requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { toastProblem } from "@/lib/toast-problem";

/** What can be done with a message that makes a branch, or goes to one. Nothing of it while an answer is under way. */
export interface BranchActions {
  readonly isAnswering: boolean;
  /** Sends another version of a person's message. */
  readonly edit: (message: Message, content: string) => void;
  /** Asks for another answer. */
  readonly again: (answer: Message) => void;
  /** Shows another version of a message, or says why it can't be shown. Resolves with whether it is. */
  readonly show: (messageId: string) => Promise<boolean>;
  /** Shows the path through a message. Throws what the server says. */
  readonly showPath: (messageId: string) => Promise<void>;
}

const Actions = createContext<BranchActions | null>(null);

/** `null`: these messages are only shown. */
export const useBranchActions = (): BranchActions | null => use(Actions);

export interface BranchActionsProviderProps {
  readonly conversationId: string | null;
  readonly isAnswering: boolean;
  readonly shown: MessageWindow;
  readonly children: ReactNode;
}

export function BranchActionsProvider({ conversationId, isAnswering, shown, children }: BranchActionsProviderProps) {
  const client = useQueryClient();
  const latest = useRef(shown);
  useEffect(() => {
    latest.current = shown;
  }, [shown]);
  const actions = useMemo((): BranchActions | null => {
    if (conversationId === null) return null;
    const showPath = async (messageId: string): Promise<void> => {
      await requestNothing(`/api/messages/${messageId}/show`, { method: "POST" });
      await client.invalidateQueries({ queryKey: queryKeys.conversation(conversationId) });
    };
    return {
      isAnswering,
      edit: (message, content) => {
        latest.current.leave();
        void startTurn(client, conversationId, { content, files: filesOf(message), replacedId: message.id });
      },
      again: (answer) => {
        const { messages, leave } = latest.current;
        const question = messages[messages.findIndex(({ id }) => id === answer.id) - 1];
        if (question?.role !== "user") return;
        leave();
        void answerAgain(client, conversationId, question, answer.id);
      },
      show: async (messageId) => {
        try {
          await showPath(messageId);
          // What is far back is not loaded again by itself.
          if (latest.current.newer !== null) await latest.current.open(messageId);
          return true;
        } catch (error) {
          toastProblem(error);
          return false;
        }
      },
      showPath,
    };
  }, [client, conversationId, isAnswering]);
  return <Actions value={actions}>{children}</Actions>;
}

/** They go along with the other version, too. */
const filesOf = ({ parts }: Message): ChatFile[] =>
  parts.flatMap((part) => (part.type === "file" ? (chatFile.safeParse(part).data ?? []) : []));
