"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { SquarePen } from "lucide-react";
import { usePathname, useSearchParams } from "next/navigation";
import { buttonVariants } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import { AgentFace, AgentStatus } from "@/features/agents/agent-status";
import { useChatAgents } from "@/features/chat/chat-agents";
import { ConversationList } from "@/features/chat/conversation-list";
import { UnreadTitle } from "@/features/chat/read-marks";
import { SearchButton } from "@/features/chat/search/search-button";
import { Logo } from "@/components/page/logo";
import { UserMenu } from "@/features/shell/user-menu";
import { m } from "@messages/chat";

export function Sidebar({ onNavigate }: { readonly onNavigate?: () => void }) {
  const agents = useChatAgents().data ?? [];
  return (
    <>
      <div className="flex h-14 shrink-0 items-center px-4">
        <Link href="/chat" aria-label={m.mosaicNewChat} className="rounded-md" {...(onNavigate ? { onClick: onNavigate } : {})}>
          <Logo />
        </Link>
      </div>
      <div className="grid gap-3 px-3 pb-2">
        <Link
          href="/chat"
          className={cn(buttonVariants({ variant: "secondary" }), "justify-start")}
          {...(onNavigate ? { onClick: onNavigate } : {})}
        >
          <SquarePen aria-hidden />
          {m.newChat}
        </Link>
        <SearchButton onOpen={onNavigate} />
        <AgentShortcuts agents={agents} />
      </div>
      <UnreadTitle />
      <ConversationList agents={agents} />
      <div className="border-t p-2">
        <UserMenu />
      </div>
    </>
  );
}

function AgentShortcuts({ agents }: { readonly agents: readonly Agent[] }) {
  const isChat = usePathname() === "/chat";
  const params = useSearchParams();
  if (agents.length === 0) return null;
  return (
    <nav aria-label={m.agents}>
      <ul className="grid max-h-56 gap-0.5 overflow-y-auto">
        {agents.map((agent) => {
          const isCurrent = isChat && params.get("agent") === agent.id;
          return (
            <li key={agent.id}>
              <Link
                href={`/chat?agent=${agent.id}`}
                aria-current={isCurrent ? "page" : undefined}
                className={cn("flex items-center gap-2.5 rounded-lg px-2 py-1.5 hover:bg-accent", isCurrent && "bg-accent")}
              >
                <AgentFace emoji={agent.emoji} name={agent.name} />
                <span className="grid min-w-0 flex-1">
                  <span className="truncate text-sm font-medium">{agent.name}</span>
                  <AgentStatus agent={agent} className="text-xs" />
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
