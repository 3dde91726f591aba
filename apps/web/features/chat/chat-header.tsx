"use client";

import { useRouter } from "next/navigation";
import { Select } from "@/components/ui/select";
import { AgentFace, AgentStatus, NoIsolationBadge } from "@/features/agents/agent-status";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { FolderName } from "@/features/chat/folders/folder-name";
import { ModelMenu } from "@/features/chat/model-menu";
import { PageBar } from "@/features/shell/app-frame";
import { m } from "@messages/chat";

export interface ChatHeaderProps {
  readonly title: string;
  readonly agent: ChatAgent;
  readonly agents: readonly ChatAgent[];
  readonly folderId: string | null;
  readonly isNew: boolean;
}

export function ChatHeader({ title, agent, agents, folderId, isNew }: ChatHeaderProps) {
  const router = useRouter();
  return (
    <PageBar>
      <AgentFace emoji={agent.emoji} name={agent.name} className="max-sm:hidden" />
      <div className="grid min-w-0 flex-1">
        <h1 dir="auto" className="truncate text-sm font-medium leading-tight">
          {title}
        </h1>
        <div className="flex min-w-0 items-center gap-x-2">
          {isNew ? null : (
            <span dir="auto" className="truncate text-[0.8125rem] text-muted-foreground max-sm:sr-only">
              {agent.name}
            </span>
          )}
          <AgentStatus agent={agent} className="shrink-0" />
          <FolderName id={folderId} />
          {agent.error?.code === "backend_unknown" ? null : <ModelMenu agent={agent} />}
        </div>
      </div>
      <NoIsolationBadge isShort />
      {isNew && agents.length > 1 ? (
        <Select
          aria-label={m.agent}
          className="h-9 w-40 max-sm:w-28"
          value={agent.id}
          onChange={(id) => router.replace(`/chat?agent=${id}${folderId === null ? "" : `&folder=${folderId}`}`)}
          groups={[{ label: "", options: agents.map(({ id, name, emoji }) => ({ value: id, label: `${emoji} ${name}` })) }]}
        />
      ) : null}
    </PageBar>
  );
}
