"use client";

import type { Message } from "@mosaic/contracts/chat";
import { chatFile, type ChatFile } from "@mosaic/contracts/files";
import { useCallback, useEffect, useMemo, useRef, type ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { AgentEventMessage } from "@/features/chat/agent-event";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { EarlierMessages } from "@/features/chat/earlier-messages";
import { JumpButton } from "@/features/chat/jump-button";
import { LaterMessages } from "@/features/chat/later-messages";
import { AnswerMessage, UserMessage } from "@/features/chat/message-item";
import { useMessageRows, virtualFrom, type MessageRows } from "@/features/chat/message-rows";
import type { MessageWindow } from "@/features/chat/message-window";
import { useSeen } from "@/features/chat/read-marks";
import { useWantedMessage } from "@/features/chat/wanted-message";
import { mergeTurn, refusalOf, wasStoppedElsewhere, type Turn } from "@/features/chat/turn";
import { TurnProblemCard } from "@/features/chat/turn-problem-card";
import { m } from "@messages/chat";

/** What is sent for the person who wants the rest of an answer. */
const goOnRequest = m.goOnExactlyWhereYou;

export interface MessageListProps {
  readonly shown: MessageWindow;
  readonly turn: Turn | null;
  readonly agent: Pick<ChatAgent, "name" | "emoji" | "isSystem">;
  readonly onSend: (content: string, files?: readonly ChatFile[]) => void;
  readonly onDismiss: () => void;
  readonly empty: ReactNode;
  /** Says that these were seen. `null`: they were before. */
  readonly onSeen?: ((messages: readonly Message[]) => void) | null;
  /** The message that the address names. */
  readonly wantedId?: string | null;
  /** How many rows may be in the page together. */
  readonly limit?: number;
}

export function MessageList(props: MessageListProps) {
  const { shown, turn, agent, onDismiss, empty, onSeen = null, wantedId = null, limit = virtualFrom } = props;
  const { hasOlder, older, newer, leave } = shown;
  const isFar = newer !== null;
  // The answer that grows is at the end.
  const newest = useMemo(() => mergeTurn(shown.newest, turn), [shown.newest, turn]);
  const messages = isFar ? shown.messages : newest;
  const rows = useMessageRows({ messages, hasOlder, limit, hasNewer: isFar });
  const { scroller, isAtEnd } = rows;
  const jumpToEnd = useJumpToEnd(rows.jumpToEnd, isFar, leave);
  useSeen(messages, isAtEnd && !isFar, onSeen);
  const foundId = useWantedMessage({ wantedId, messages, open: shown.open, rows });
  // Whoever reads further up on this device is not taken away by what is sent on another one.
  const begunAt = turn?.isBegunHere === true ? turn.startedAt : null;
  const refusal = refusalOf(turn);
  const isRefused = refusal !== null;
  useEffect(() => {
    if (begunAt !== null || isRefused) jumpToEnd();
  }, [begunAt, isRefused, jumpToEnd]);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="region"
        aria-label={m.messages}
        className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none] focus-visible:outline-offset-[-3px]"
      >
        <div className="relative mx-auto flex min-h-full w-full max-w-3xl flex-col px-4 sm:px-6">
          <EarlierMessages {...older} hasOlder={hasOlder} scroller={scroller} count={messages.length} />
          {messages.length === 0 ? <div className="flex flex-1 flex-col pb-6 pt-6">{empty}</div> : null}
          <Rows {...props} hasOlder={hasOlder} hasNewer={isFar} messages={messages} rows={rows} foundId={foundId} />
          {newer === null ? null : <LaterMessages newer={newer} scroller={scroller} count={messages.length} />}
          {refusal ? (
            <div className="pb-6">
              <TurnProblemCard
                {...refusal}
                title={m.notSent(refusal.title)}
                isSystemAgent={agent.isSystem}
                onRetry={null}
                onDismiss={onDismiss}
              />
            </div>
          ) : null}
        </div>
      </div>
      <JumpButton isAtEnd={isAtEnd && !isFar} end={endOf(newest)} onJump={jumpToEnd} />
    </div>
  );
}

/** From messages that are far back, the newest have to be shown first. */
const useJumpToEnd = (jumpToEnd: () => void, isFar: boolean, leave: () => void): (() => void) => {
  const isFarNow = useRef(isFar);
  useEffect(() => {
    isFarNow.current = isFar;
  }, [isFar]);
  return useCallback(() => {
    jumpToEnd();
    if (!isFarNow.current) return;
    leave();
    requestAnimationFrame(() => requestAnimationFrame(jumpToEnd));
  }, [jumpToEnd, leave]);
};

/** Differs once anything has come at the end. */
const endOf = (messages: readonly Message[]): string => `${messages.at(-1)?.id} ${messages.at(-1)?.content.length}`;

type RowsProps = Pick<MessageListProps, "turn" | "agent" | "onSend"> & {
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly messages: readonly Message[];
  readonly rows: MessageRows;
  readonly foundId: string | null;
};

function Rows(props: RowsProps) {
  const { turn, agent, onSend, hasOlder, hasNewer, messages, foundId } = props;
  const { rows, measure, isWindowed, abovePx, belowPx } = props.rows;
  const isActive = turn !== null && turn.end === null;
  // What the agent says by itself comes after an answer, and is none.
  const lastOfTurns = messages.findLastIndex(({ agentEvent }) => agentEvent === undefined);
  const retried = useRetry(messages, onSend);
  const goOn = useCallback(() => onSend(goOnRequest), [onSend]);
  // Whoever does not see the rows is told how many there are: an unknown number while there are older ones.
  const isPart = hasOlder || hasNewer;
  const size = isWindowed || isPart ? { "aria-setsize": isPart ? -1 : messages.length } : {};
  return (
    <ol className="grid gap-3" style={{ paddingTop: abovePx, paddingBottom: belowPx }}>
      {rows.map(({ index, skippedPx }) => {
        const message = messages[index];
        if (message === undefined) return null;
        const isLast = index === lastOfTurns && !hasNewer;
        return (
          <li
            key={message.id}
            ref={measure}
            data-index={index}
            data-last={index === messages.length - 1 && !hasNewer ? "" : undefined}
            tabIndex={-1}
            className={cn("group/item min-w-0 rounded-lg", message.id === foundId && "animate-found")}
            style={skippedPx === 0 ? undefined : { marginTop: skippedPx }}
            {...size}
            aria-posinset={isWindowed || isPart ? index + 1 : undefined}
          >
            {message.agentEvent !== undefined ? (
              <AgentEventMessage message={message} kind={message.agentEvent} agent={agent} />
            ) : message.role === "user" ? (
              <UserMessage message={message} />
            ) : (
              <AnswerMessage
                message={message}
                agent={agent}
                turn={isActive && isLast ? turn : null}
                wasStoppedElsewhere={wasStoppedElsewhere(turn, message)}
                onRetry={isLast ? retried : null}
                onGoOn={isLast ? goOn : null}
              />
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** One stable function for the last answer, so that the messages before it need not render again. */
const useRetry = (messages: readonly Message[], onSend: MessageListProps["onSend"]): (() => void) => {
  const latest = useRef({ messages, onSend });
  useEffect(() => {
    latest.current = { messages, onSend };
  }, [messages, onSend]);
  return useMemo(
    () => () => {
      const question = latest.current.messages.findLast(({ role }) => role === "user");
      if (question) latest.current.onSend(question.content, filesOf(question));
    },
    [],
  );
};

/** Those that can go along once more. */
const filesOf = ({ parts }: Message): ChatFile[] => parts.flatMap((part) => chatFile.safeParse(part).data ?? []);
