"use client";

import type { Message } from "@mosaic/contracts/chat";
import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { AnswerMessage, UserMessage } from "@/features/chat/message-item";
import { useScrollFollow } from "@/features/chat/scroll-follow";
import { mergeTurn, refusalOf, wasStoppedElsewhere, type Turn } from "@/features/chat/turn";
import { TurnProblemCard } from "@/features/chat/turn-problem-card";

/** What is sent for the person who wants the rest of an answer. */
const goOnRequest = "Go on exactly where you stopped.";

export interface MessageListProps {
  readonly stored: readonly Message[];
  readonly turn: Turn | null;
  readonly agent: Pick<ChatAgent, "name" | "emoji" | "isSystem">;
  readonly onSend: (content: string) => void;
  readonly onDismiss: () => void;
  readonly empty: ReactNode;
}

export function MessageList({ stored, turn, agent, onSend, onDismiss, empty }: MessageListProps) {
  const messages = useMemo(() => mergeTurn(stored, turn), [stored, turn]);
  const { scroller, content, isAtBottom, jumpToBottom } = useScrollFollow();
  const startedAt = turn?.startedAt ?? null;
  useEffect(() => {
    if (startedAt !== null) jumpToBottom();
  }, [startedAt, jumpToBottom]);
  const isActive = turn !== null && turn.end === null;
  const refusal = refusalOf(turn);
  const retried = useRetry(messages, onSend);
  const goOn = useCallback(() => onSend(goOnRequest), [onSend]);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="region"
        aria-label="Messages"
        className="h-full overflow-y-auto overscroll-contain focus-visible:outline-offset-[-3px]"
      >
        <div ref={content} className="mx-auto flex min-h-full w-full max-w-3xl flex-col px-4 pb-6 pt-6 sm:px-6">
          {messages.length === 0 ? empty : null}
          <ol className="grid gap-3">
            {messages.map((message, index) => (
              <li key={message.id} className="group/item min-w-0">
                {message.role === "user" ? (
                  <UserMessage message={message} />
                ) : (
                  <AnswerMessage
                    message={message}
                    agent={agent}
                    turn={isActive && index === messages.length - 1 ? turn : null}
                    wasStoppedElsewhere={wasStoppedElsewhere(turn, message)}
                    onRetry={index === messages.length - 1 ? retried : null}
                    onGoOn={index === messages.length - 1 ? goOn : null}
                  />
                )}
              </li>
            ))}
          </ol>
          {refusal ? (
            <div className="pt-5">
              <TurnProblemCard
                {...refusal}
                title={`Not sent: ${refusal.title}`}
                isSystemAgent={agent.isSystem}
                onRetry={null}
                onDismiss={onDismiss}
              />
            </div>
          ) : null}
        </div>
      </div>
      {isAtBottom ? null : <JumpButton onJump={jumpToBottom} />}
    </div>
  );
}

function JumpButton({ onJump }: { readonly onJump: () => void }) {
  return (
    <Button
      variant="secondary"
      size="icon"
      aria-label="Jump to the newest message"
      onClick={onJump}
      className="absolute bottom-3 left-1/2 -translate-x-1/2 animate-rise rounded-full shadow-md"
    >
      <ArrowDown aria-hidden />
    </Button>
  );
}

/** One stable function for the last answer, so that the messages before it need not render again. */
const useRetry = (messages: readonly Message[], onSend: (content: string) => void): (() => void) => {
  const latest = useRef({ messages, onSend });
  useEffect(() => {
    latest.current = { messages, onSend };
  }, [messages, onSend]);
  return useMemo(
    () => () => {
      const question = latest.current.messages.findLast(({ role }) => role === "user");
      if (question) latest.current.onSend(question.content);
    },
    [],
  );
};
