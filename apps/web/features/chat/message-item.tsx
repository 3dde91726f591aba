"use client";

import type { Message } from "@mosaic/contracts/chat";
import { Hourglass, WifiOff } from "lucide-react";
import { memo, useRef, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { CopyButton } from "@/components/ui/copy-button";
import { AgentFace } from "@/features/agents/agent-status";
import { AnswerParts } from "@/features/chat/answer-parts";
import { AnswerUsageLine } from "@/features/chat/answer-usage";
import { useBranchActions } from "@/features/chat/branch-actions";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { SentFiles } from "@/features/chat/files/message-files";
import { dropEdit, useEdit, writeEdit } from "@/features/chat/message-edits";
import { MessageEditor } from "@/features/chat/message-editor";
import { AgainButton, EditButton, VersionSwitch } from "@/features/chat/message-versions";
import { StartupCard } from "@/features/chat/startup-card";
import { isStartingUp, type Turn } from "@/features/chat/turn";
import { CutAnswer, RetryButton, TurnProblemCard } from "@/features/chat/turn-problem-card";
import { formatTime } from "@/lib/time";
import { titleOf } from "@/lib/api-problem";
import { said } from "@/lib/said";
import { m } from "@messages/chat";

export const UserMessage = memo(function UserMessage({ message }: { readonly message: Message }) {
  const actions = useBranchActions();
  const edit = useEdit(message.id);
  // An editor that only comes back into view leaves the focus where it is.
  const [isJustOpened, setJustOpened] = useState(false);
  const article = useRef<HTMLElement>(null);
  const cancel = (): void => {
    flushSync(() => dropEdit(message.id));
    article.current?.querySelector<HTMLElement>("[data-edit]")?.focus();
  };
  if (edit !== null && actions !== null) {
    return (
      <article aria-label={m.you}>
        <MessageEditor
          text={edit}
          isAnswering={actions.isAnswering}
          takesFocus={isJustOpened}
          onChange={(text) => writeEdit(message.id, text)}
          onSend={() => actions.edit(message, edit)}
          onCancel={cancel}
        />
      </article>
    );
  }
  const open = (): void => {
    setJustOpened(true);
    writeEdit(message.id, message.content);
  };
  return (
    <article ref={article} aria-label={m.you} className="group flex flex-col items-end gap-0.5">
      <SentFiles parts={message.parts} />
      {message.content === "" ? null : (
        <div className="max-w-[min(85%,40rem)] rounded-2xl rounded-ee-md bg-bubble px-4 py-2.5 leading-relaxed">
          {/* Only the text runs its own way: the bubble's corner is on the page's side. */}
          <p dir="auto" className="whitespace-pre-wrap break-words">
            {message.content}
          </p>
        </div>
      )}
      <MessageFoot message={message} label={m.copyMessage} action={<EditButton onEdit={open} />} />
    </article>
  );
});

export interface AnswerMessageProps {
  readonly message: Message;
  readonly agent: Pick<ChatAgent, "name" | "emoji" | "isSystem">;
  /** Set while this page reads the answer as it comes. */
  readonly turn: Turn | null;
  readonly wasStoppedElsewhere: boolean;
  /** Sends the same message again; only for the last answer. */
  readonly onRetry: (() => void) | null;
  /** Asks for the rest of an answer that was cut; only for the last one. */
  readonly onGoOn: (() => void) | null;
}

export const AnswerMessage = memo(function AnswerMessage({
  message,
  agent,
  turn,
  wasStoppedElsewhere,
  onRetry,
  onGoOn,
}: AnswerMessageProps) {
  const isStreaming = message.status === "streaming";
  return (
    <article aria-label={agent.name} aria-busy={isStreaming} className="group flex gap-3">
      <AgentFace emoji={agent.emoji} className="mt-0.5 hidden sm:grid" />
      <div className="grid min-w-0 flex-1 gap-3">
        <p className="flex items-center gap-2 text-sm font-medium leading-8 sm:hidden">
          <AgentFace emoji={agent.emoji} className="size-6 rounded-md text-sm" />
          {agent.name}
        </p>
        {turn !== null && isStartingUp(turn) ? <StartupCard turn={turn} agentName={agent.name} /> : null}
        <AnswerParts parts={message.parts} isStreaming={isStreaming} />
        {isStreaming && !(turn !== null && isStartingUp(turn)) ? (
          <Thinking turn={turn} agentName={agent.name} hasText={message.content !== ""} />
        ) : null}
        <AnswerEnd
          message={message}
          isSystemAgent={agent.isSystem}
          wasStoppedElsewhere={wasStoppedElsewhere}
          onRetry={onRetry}
          onGoOn={onGoOn}
        />
        {isStreaming || (message.content === "" && message.versions === undefined) ? null : (
          <MessageFoot
            message={message}
            label={m.copyAnswer}
            action={message.agentEvent === undefined ? <AgainButton message={message} /> : null}
          />
        )}
      </div>
    </article>
  );
});

function Thinking({ turn, agentName, hasText }: { readonly turn: Turn | null; readonly agentName: string; readonly hasText: boolean }) {
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
      <span className="flex gap-1" title={hasText ? m.isWriting(agentName) : m.nameIsThinking(agentName)}>
        {[0, 1, 2].map((dot) => (
          <span key={dot} aria-hidden className="size-2 animate-tile rounded-xs bg-primary" style={{ animationDelay: `${dot * 180}ms` }} />
        ))}
      </span>
      {turn?.isReconnecting ? (
        <span className="flex items-center gap-1.5 text-sm text-muted-foreground">
          <WifiOff aria-hidden className="size-3.5" />
          {m.reconnectingVisibly}
        </span>
      ) : null}
      {turn?.notice ? (
        <span className="flex items-center gap-1.5 text-sm text-muted-foreground">
          <Hourglass aria-hidden className="size-3.5" />
          {said(turn.notice)}
        </span>
      ) : null}
    </div>
  );
}

const endings = {
  stopped: m.youStoppedThisAnswer,
  broken_off: m.thisAnswerBrokeOffWhat,
  failed: m.thereIsNoAnswer,
} as const;

const stoppedElsewhere = m.youStoppedThisAnswerIn;

/** How an answer that is not complete ended, and what can be done about it. */
function AnswerEnd({
  message,
  isSystemAgent,
  wasStoppedElsewhere,
  onRetry,
  onGoOn,
}: Pick<AnswerMessageProps, "message" | "wasStoppedElsewhere" | "onRetry" | "onGoOn"> & { readonly isSystemAgent: boolean }) {
  const { status, error } = message;
  if (status === "streaming" || status === "complete") return null;
  if (error !== null) {
    const { code } = error;
    const title = titleOf(code);
    const detail = error.detail === undefined ? null : said(error.detail);
    if (code === "answer_cut") return <CutAnswer title={title} detail={detail} onGoOn={onGoOn} />;
    return <TurnProblemCard title={title} detail={detail} code={code} isSystemAgent={isSystemAgent} onRetry={onRetry} />;
  }
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p className="text-sm italic text-muted-foreground">{wasStoppedElsewhere ? stoppedElsewhere : endings[status]}</p>
      {onRetry === null ? null : <RetryButton onRetry={onRetry} />}
    </div>
  );
}

function MessageFoot({ message, label, action }: { readonly message: Message; readonly label: string; readonly action: ReactNode }) {
  return (
    <div className="-ms-1 flex min-h-7 flex-wrap items-center gap-1 text-muted-foreground opacity-0 transition-opacity focus-within:opacity-100 has-data-details:opacity-100 has-data-way:opacity-100 group-hover:opacity-100 group-data-last/item:opacity-100 pointer-coarse:opacity-100">
      {message.content === "" ? null : <CopyButton text={message.content} label={label} />}
      {action}
      <VersionSwitch message={message} />
      <time dateTime={message.createdAt} className="text-xs">
        {formatTime(message.createdAt)}
      </time>
      {message.usage === null ? null : <AnswerUsageLine usage={message.usage} />}
    </div>
  );
}
