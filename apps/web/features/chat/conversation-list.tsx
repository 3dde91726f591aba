"use client";

import type { Agent } from "@mosaic/contracts/agent";
import type { Conversation } from "@mosaic/contracts/chat";
import { usePathname, useSearchParams } from "next/navigation";
import { useId, useMemo, useRef, useState, type ReactNode } from "react";
import { useConversationActions } from "@/features/chat/conversation-actions";
import type { ListFilter } from "@/features/chat/conversation-cache";
import { ConversationDialogs, type AskedDialog } from "@/features/chat/conversation-dialogs";
import { ConversationItem, type RowHandlers } from "@/features/chat/conversation-item";
import { ConversationListHead } from "@/features/chat/conversation-list-head";
import { EmptyList } from "@/features/chat/empty-list";
import { FolderHead } from "@/features/chat/folders/folder-head";
import { useFolders } from "@/features/chat/folders/folder-queries";
import { FolderSection } from "@/features/chat/folders/folder-section";
import { MoreConversations } from "@/features/chat/more-conversations";
import { useConversations } from "@/features/chat/conversation-queries";
import { groupConversations, type ConversationGroup } from "@/features/chat/group-conversations";
import { listByAgent, useListView } from "@/features/chat/list-view";
import { useRovingList } from "@/features/chat/roving-list";
import { m } from "@messages/chat";

const noAgents: readonly Agent[] = [];

export function ConversationList({ agents }: { readonly agents: readonly Agent[] }) {
  const view = useListView();
  // One that was chosen here and is gone by now.
  const folders = useFolders();
  const folder = folders.data?.find(({ id }) => id === view.folderId) ?? null;
  const isFolderGone = folders.data !== undefined && folder === null;
  const filter: ListFilter = {
    ...view,
    agentId: agents.find(({ id }) => id === view.agentId)?.id ?? null,
    folderId: isFolderGone ? null : view.folderId,
  };
  const conversations = useConversations(filter);
  const { data, dataUpdatedAt, error } = conversations;
  const named = filter.agentId === null && agents.length > 1 ? agents : noAgents;
  const grouped = listByAgent.use() ? named : noAgents;
  const groups = useMemo(() => groupConversations(data ?? [], new Date(dataUpdatedAt), grouped), [data, dataUpdatedAt, grouped]);
  return (
    <>
      {folder === null ? <FolderSection /> : <FolderHead folder={folder} />}
      <nav aria-label={m.conversations} className="flex min-h-0 flex-1 flex-col">
        <ConversationListHead agents={agents} filter={filter} />
        <div className="min-h-0 flex-1 overflow-y-auto px-3 pb-4 pt-1" data-scroller>
          {data?.length === 0 ? <EmptyList agents={agents} filter={filter} /> : null}
          {!data && error ? <p className="px-2 py-3 text-sm text-muted-foreground">{m.theConversationsCouldNotBe}</p> : null}
          <ConversationRows groups={groups} agents={named}>
            <MoreConversations list={conversations} isAtEnd={grouped.length === 0} />
          </ConversationRows>
        </div>
      </nav>
    </>
  );
}

interface ConversationRowsProps {
  readonly groups: readonly ConversationGroup[];
  /** Those that are to be named. */
  readonly agents: readonly Agent[];
  readonly children: ReactNode;
}

function ConversationRows({ groups, agents, children }: ConversationRowsProps) {
  const isChat = usePathname() === "/chat";
  const id = useSearchParams().get("id");
  const current = isChat ? id : null;
  const hintId = useId();
  const [menuOf, setMenuOf] = useState<string | null>(null);
  const [asked, setAsked] = useState<AskedDialog | null>(null);
  const ids = useMemo(() => groups.flatMap(({ conversations }) => conversations.map((one) => one.id)), [groups]);
  const rows = useRef<HTMLDivElement>(null);
  const roving = useRovingList(rows, { ids, preferred: current, onMenu: setMenuOf });
  const { focusRow, focusRowLater } = roving;
  const actions = useConversationActions(focusRowLater);
  const handlers = useMemo<RowHandlers>(
    () => ({
      ...actions,
      rename: (conversation) => setAsked({ what: "rename", conversation }),
      share: (conversation) => setAsked({ what: "share", conversation }),
      move: (conversation) => setAsked({ what: "move", conversation }),
      onMenu: (of, isOpen) => setMenuOf(isOpen ? of : null),
      onReturnFocus: focusRow,
    }),
    [actions, focusRow],
  );
  const itemOf = (conversation: Conversation) => (
    <ConversationItem
      key={conversation.id}
      conversation={conversation}
      agent={agents.find((agent) => agent.id === conversation.agentId) ?? null}
      isCurrent={conversation.id === current}
      isTabStop={conversation.id === roving.tabStop}
      isMenuOpen={conversation.id === menuOf}
      hintId={hintId}
      handlers={handlers}
    />
  );
  return (
    <>
      <p id={hintId} hidden>
        {m.arrowUpAndDownMove}
      </p>
      <div
        ref={rows}
        role="presentation"
        className="grid gap-4"
        onKeyDown={roving.onKeyDown}
        onFocus={roving.onFocus}
        onBlur={roving.onBlur}
      >
        {groups.map(({ id: groupId, label, conversations }) => (
          <section key={groupId} aria-label={label}>
            <h3 className="px-2 pb-1 text-xs font-medium text-muted-foreground">{label}</h3>
            <ul className="grid gap-0.5">{conversations.map(itemOf)}</ul>
          </section>
        ))}
        {children}
      </div>
      <ConversationDialogs asked={asked} onClose={() => setAsked(null)} onReturnFocus={focusRow} />
    </>
  );
}
