"use client";

import type { Message } from "@mosaic/contracts/chat";
import type { ChatFile } from "@mosaic/contracts/files";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@/components/ui/link";
import { useCallback, useEffect } from "react";
import { agentColour } from "@/features/agents/agent-status";
import { restartText } from "@/features/agents/restart-text";
import { AgentEventAnnouncement } from "@/features/chat/agent-event";
import { turnAnnouncement } from "@/features/chat/announcement";
import { BranchActionsProvider } from "@/features/chat/branch-actions";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { useSending, useWaitingLine } from "@/features/chat/chat-sending";
import { Composer } from "@/features/chat/composer";
import { Dictation } from "@/features/chat/dictation";
import { EmptyChat } from "@/features/chat/empty-chat";
import { ForgottenNotice } from "@/features/chat/forgotten-notice";
import { ImportedNotice } from "@/features/chat/imported-notice";
import { MessageList } from "@/features/chat/message-list";
import { useMessageWindow } from "@/features/chat/message-window";
import { isActive, type Turn } from "@/features/chat/turn";
import { useMarkRead } from "@/features/chat/read-marks";
import { useLeftOver } from "@/features/chat/sending";
import { useSpokenAnswer } from "@/features/chat/spoken-answer";
import { dismissTurn, followTurn, stopTurn, useTurn } from "@/features/chat/turn-store";
import { WaitingList } from "@/features/chat/waiting-list";
import { isComposing } from "@/lib/composing";
import { m } from "@messages/chat";

export interface ChatViewProps {
  readonly agent: ChatAgent;
  readonly conversationId: string | null;
  /** A new conversation begins in this folder. */
  readonly folderId: string | null;
  readonly stored: readonly Message[];
  /** There are messages before those. */
  readonly hasOlder: boolean;
  /** Something has come that its owner has not seen, on whatever device. */
  readonly isUnread: boolean;
  /** The message that the address names. */
  readonly wantedId: string | null;
  /** The agent has lost its memory of this conversation. */
  readonly isForgotten: boolean;
  /** It was held elsewhere, so the agent does not know it. */
  readonly isUnknown: boolean;
}

/** An answer that is under way is shown as it grows, whichever page it was asked for on. */
const useFollowing = ({ conversationId, stored }: ChatViewProps): Turn | null => {
  const client = useQueryClient();
  const turn = useTurn(conversationId);
  const isFree = !isActive(turn);
  useEffect(() => {
    if (conversationId !== null && isFree) followTurn(client, conversationId, stored);
  }, [client, conversationId, stored, isFree]);
  return turn;
};

/** Escape stops the answer, unless it is meant for a dialog or a menu. */
const useEscape = (isAnswering: boolean, stop: () => void): void => {
  useEffect(() => {
    if (!isAnswering) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      const isElsewhere =
        event.target instanceof Element && event.target.closest("[role=dialog],[role=alertdialog],[role=menu],[role=listbox]");
      if (event.key === "Escape" && !isElsewhere && !event.defaultPrevented && !isComposing(event)) stop();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [isAnswering, stop]);
};

export function ChatView(props: ChatViewProps) {
  const { agent, conversationId, stored, hasOlder, isUnread, wantedId, isForgotten, isUnknown } = props;
  const onSeen = useMarkRead(conversationId, isUnread);
  const shown = useMessageWindow(conversationId, stored, hasOlder);
  const { send, refused, dismissRefused, isCreating, key, isGiving, toggleGiving } = useSending(props);
  const turn = useFollowing(props) ?? refused;
  const spoken = useSpokenAnswer(turn);
  const isAnswering = isActive(turn);
  const stop = useCallback(() => (conversationId === null ? undefined : stopTurn(conversationId)), [conversationId]);
  const line = useWaitingLine(props, key, send);
  const { queue } = line;
  useLeftOver(key, conversationId);
  const onSend = useCallback((content: string, files: readonly ChatFile[] = []) => void send(content, files), [send]);
  const onSubmit = useCallback(
    (content: string, files: readonly ChatFile[]) => void (isAnswering ? queue(content) : send(content, files)),
    [isAnswering, queue, send],
  );
  useEscape(isAnswering, stop);
  return (
    <main id="main" tabIndex={-1} style={agentColour(agent)} className="flex min-h-0 flex-1 flex-col outline-none">
      <p role="status" aria-live="polite" className="sr-only">
        {turnAnnouncement(turn, agent.name, spoken)}
      </p>
      <AgentEventAnnouncement stored={stored} agentName={agent.name} />
      <BranchActionsProvider conversationId={conversationId} isAnswering={isAnswering} shown={shown}>
        <MessageList
          shown={shown}
          wantedId={wantedId}
          turn={turn}
          agent={agent}
          onSend={onSend}
          onSeen={onSeen}
          onDismiss={() => {
            dismissRefused();
            if (conversationId !== null) dismissTurn(conversationId);
          }}
          empty={isCreating ? null : <EmptyChat agent={agent} draftKey={key} />}
        />
      </BranchActionsProvider>
      {isUnknown ? <ImportedNotice agentName={agent.name} /> : null}
      {isForgotten && !isUnknown ? <ForgottenNotice agent={agent} isGiving={isGiving} onToggle={toggleGiving} /> : null}
      {conversationId === null ? null : <WaitingList {...line} conversationId={conversationId} isAnswering={isAnswering} />}
      <Composer
        draftKey={key}
        agentName={agent.name}
        notice={agent.isRestartPending ? restartText(agent.name, agent.isSystem) : null}
        obstacle={agent.effectiveModel === null && agent.error?.code !== "backend_unknown" ? <NoModel agent={agent} /> : null}
        isAnswering={isAnswering}
        isSending={isCreating}
        onSend={onSubmit}
        onStop={stop}
        dictation={agent.effectiveModel?.canDictate ? <Dictation key={key} agentId={agent.id} draftKey={key} /> : null}
      />
    </main>
  );
}

/** Said before somebody types, not after they have sent. */
function NoModel({ agent }: { readonly agent: ChatAgent }) {
  return (
    <>
      {m.noModelIsSetFor(agent.name)}{" "}
      <Link
        href={`${agent.isSystem ? "/admin/system-agents" : "/settings/agents"}?edit=${agent.id}`}
        className="text-primary underline underline-offset-4"
      >
        {m.chooseAModel}
      </Link>
    </>
  );
}
