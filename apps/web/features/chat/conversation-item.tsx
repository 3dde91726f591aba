"use client";

import type { Agent } from "@mosaic/contracts/agent";
import type { Conversation } from "@mosaic/contracts/chat";
import { Archive, ArchiveRestore, Ellipsis, FolderInput, Pencil, Pin, PinOff, Share2, Square, Trash2 } from "lucide-react";
import { memo, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { AgentFace } from "@/features/agents/agent-status";
import type { ConversationActions } from "@/features/chat/conversation-actions";
import { ExportItems } from "@/features/chat/export-items";
import { useIsAnswering } from "@/features/chat/turn-store";
import { usePageVisible } from "@/lib/page-visible";
import { m } from "@messages/chat";
import { m as folders } from "@messages/folders";

export interface ConversationItemProps {
  readonly conversation: Conversation;
  /** `null`: it goes without saying, or is not known. */
  readonly agent: Agent | null;
  readonly isCurrent: boolean;
  readonly isTabStop: boolean;
  readonly isMenuOpen: boolean;
  /** Of what says how the keys work. */
  readonly hintId: string;
  readonly handlers: RowHandlers;
}

/** The same ones at every rendering: a row is drawn again when something of it has changed. */
export interface RowHandlers extends ConversationActions {
  readonly rename: (conversation: Conversation) => void;
  readonly share: (conversation: Conversation) => void;
  readonly move: (conversation: Conversation) => void;
  readonly onMenu: (id: string, isOpen: boolean) => void;
  readonly onReturnFocus: (id: string) => void;
}

export const ConversationItem = memo(function ConversationItem(props: ConversationItemProps) {
  const { conversation, agent, isCurrent, isTabStop, hintId } = props;
  const isBusy = useIsAnswering(conversation);
  const isLookedAt = usePageVisible() && isCurrent;
  const isUnread = conversation.isUnread === true && !isLookedAt;
  const title = titleOf(conversation);
  return (
    <li
      data-row-of={conversation.id}
      className={cn("group/row flex items-center rounded-lg hover:bg-accent has-[[data-state=open]]:bg-accent", isCurrent && "bg-accent")}
    >
      <Link
        href={`/chat?id=${conversation.id}`}
        data-row={conversation.id}
        tabIndex={isTabStop ? 0 : -1}
        title={agent === null ? title : `${title} · ${agent.name}`}
        aria-current={isCurrent ? "page" : undefined}
        aria-describedby={hintId}
        className={cn(
          "flex min-h-9 min-w-0 flex-1 items-center gap-2 rounded-lg px-2 py-1.5 text-sm",
          isCurrent && "font-medium",
          isUnread && "font-semibold",
        )}
      >
        {agent === null ? null : <AgentFace emoji={agent.emoji} name={agent.name} className="size-6 rounded-md text-sm" />}
        <span className="grid min-w-0">
          <span data-title dir="auto" className="truncate">
            {title}
          </span>
          {agent === null ? null : (
            <span className="truncate text-xs font-normal text-muted-foreground">
              <span className="sr-only"> {m.withAgent} </span>
              {agent.name}
            </span>
          )}
        </span>
        {isUnread && !isBusy ? <span className="ms-auto size-2 shrink-0 rounded-full bg-primary" role="img" aria-label={m.unread} /> : null}
        {isBusy ? <span className="size-2 shrink-0 animate-pulse rounded-xs bg-primary" role="img" aria-label={m.answering} /> : null}
      </Link>
      <ConversationMenu {...props} />
    </li>
  );
});

function ConversationMenu({ conversation, isCurrent, isMenuOpen, handlers }: ConversationItemProps) {
  const { id, isPinned, isArchived } = conversation;
  return (
    <Menu open={isMenuOpen} onOpenChange={(isOpen) => handlers.onMenu(id, isOpen)}>
      <MenuTrigger asChild>
        <Button
          variant="ghost"
          size="icon-sm"
          tabIndex={-1}
          aria-label={m.actionsFor(titleOf(conversation))}
          className={cn(
            "me-0.5 text-muted-foreground focus-visible:opacity-100 group-focus-within/row:opacity-100 group-hover/row:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100",
            !isCurrent && "opacity-0",
          )}
        >
          <Ellipsis aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent
        align="end"
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          handlers.onReturnFocus(id);
        }}
      >
        <StopItem conversation={conversation} stop={handlers.stop} />
        {isArchived ? null : (
          <MenuItem onSelect={() => handlers.pin(conversation, !isPinned)}>
            {isPinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
            {isPinned ? m.unpin : m.pin}
          </MenuItem>
        )}
        <MenuItem onSelect={() => handlers.rename(conversation)}>
          <Pencil aria-hidden />
          {m.rename}
        </MenuItem>
        <MenuItem onSelect={() => handlers.move(conversation)}>
          <FolderInput aria-hidden />
          {folders.moveToFolder}
        </MenuItem>
        <MenuItem onSelect={() => handlers.archive(conversation, !isArchived)}>
          {isArchived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
          {isArchived ? m.unarchive : m.archive}
        </MenuItem>
        <MenuItem onSelect={() => handlers.share(conversation)}>
          <Share2 aria-hidden />
          {m.share}
        </MenuItem>
        <ExportItems conversationId={id} />
        <MenuSeparator />
        <MenuItem isDanger onSelect={() => handlers.remove(conversation, isCurrent)}>
          <Trash2 aria-hidden />
          {m.delete}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

function StopItem({ conversation, stop }: { readonly conversation: Conversation; readonly stop: ConversationActions["stop"] }) {
  // Once the menu is open, nothing in it moves.
  const [canStop] = useState(useIsAnswering(conversation));
  if (!canStop) return null;
  return (
    <MenuItem onSelect={() => stop(conversation)}>
      <Square aria-hidden />
      {m.stopAnswering}
    </MenuItem>
  );
}

const titleOf = ({ title }: Conversation): string => (title === "" ? m.newConversation : title);
