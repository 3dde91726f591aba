"use client";

import type { Agent } from "@mosaic/contracts/agent";
import type { Conversation } from "@mosaic/contracts/chat";
import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { usePathname, useSearchParams } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { DeleteConversation, RenameConversation } from "@/features/chat/conversation-dialogs";
import { useConversations } from "@/features/chat/conversation-queries";
import { groupConversations } from "@/features/chat/group-conversations";
import { isActive } from "@/features/chat/turn";
import { useTurn } from "@/features/chat/turn-store";

type Dialog = { readonly kind: "rename" | "delete"; readonly conversation: Conversation };

export function ConversationList({ agents }: { readonly agents: readonly Agent[] }) {
  const conversations = useConversations();
  const isChat = usePathname() === "/chat";
  const current = useSearchParams().get("id");
  const [dialog, setDialog] = useState<Dialog | null>(null);
  if (!conversations.data) {
    return <p className="px-2 py-3 text-sm text-muted-foreground">{conversations.error ? "The conversations could not be loaded." : ""}</p>;
  }
  const close = (): void => setDialog(null);
  return (
    <nav aria-label="Conversations" className="grid gap-4 pt-2">
      {conversations.data.length === 0 ? (
        <p className="px-2 py-2 text-sm text-muted-foreground">Your conversations will be listed here.</p>
      ) : null}
      {groupConversations(conversations.data, new Date(conversations.dataUpdatedAt)).map((group) => (
        <section key={group.label} aria-label={group.label}>
          <h2 className="px-2 pb-1 text-xs font-medium text-muted-foreground">{group.label}</h2>
          <ul className="grid gap-0.5">
            {group.conversations.map((conversation) => (
              <ConversationItem
                key={conversation.id}
                conversation={conversation}
                emoji={agents.length > 1 ? (agents.find(({ id }) => id === conversation.agentId)?.emoji ?? null) : null}
                isCurrent={isChat && conversation.id === current}
                onDialog={(kind) => setDialog({ kind, conversation })}
              />
            ))}
          </ul>
        </section>
      ))}
      {dialog?.kind === "rename" ? <RenameConversation conversation={dialog.conversation} onClose={close} /> : null}
      {dialog?.kind === "delete" ? (
        <DeleteConversation conversation={dialog.conversation} isCurrent={dialog.conversation.id === current} onClose={close} />
      ) : null}
    </nav>
  );
}

interface ConversationItemProps {
  readonly conversation: Conversation;
  readonly emoji: string | null;
  readonly isCurrent: boolean;
  readonly onDialog: (kind: Dialog["kind"]) => void;
}

function ConversationItem({ conversation, emoji, isCurrent, onDialog }: ConversationItemProps) {
  const isAnswering = isActive(useTurn(conversation.id));
  const title = conversation.title === "" ? "New conversation" : conversation.title;
  return (
    <li
      className={cn("group/row flex items-center rounded-lg hover:bg-accent has-[[data-state=open]]:bg-accent", isCurrent && "bg-accent")}
    >
      <Link
        href={`/chat?id=${conversation.id}`}
        aria-current={isCurrent ? "page" : undefined}
        className={cn("flex min-h-9 min-w-0 flex-1 items-center gap-2 rounded-lg px-2 py-1.5 text-sm", isCurrent && "font-medium")}
      >
        {emoji === null ? null : <span aria-hidden>{emoji}</span>}
        <span className="truncate">{title}</span>
        {isAnswering ? <span className="size-2 shrink-0 animate-pulse rounded-xs bg-primary" role="img" aria-label="answering" /> : null}
      </Link>
      <Menu>
        <MenuTrigger asChild>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={`Actions for ${title}`}
            className={cn(
              "mr-0.5 text-muted-foreground focus-visible:opacity-100 group-hover/row:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100",
              !isCurrent && "opacity-0",
            )}
          >
            <Ellipsis aria-hidden />
          </Button>
        </MenuTrigger>
        <MenuContent align="end">
          <MenuItem onSelect={() => onDialog("rename")}>
            <Pencil aria-hidden />
            Rename
          </MenuItem>
          <MenuItem isDanger onSelect={() => onDialog("delete")}>
            <Trash2 aria-hidden />
            Delete
          </MenuItem>
        </MenuContent>
      </Menu>
    </li>
  );
}
