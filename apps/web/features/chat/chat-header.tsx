"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { useRouter } from "next/navigation";
import { Select } from "@/components/ui/select";
import { AgentFace, AgentStatus, NoIsolationBadge } from "@/features/agents/agent-status";
import { PageBar } from "@/features/shell/app-frame";

export interface ChatHeaderProps {
  readonly title: string;
  readonly agent: Agent;
  readonly agents: readonly Agent[];
  readonly isNew: boolean;
}

export function ChatHeader({ title, agent, agents, isNew }: ChatHeaderProps) {
  const router = useRouter();
  return (
    <PageBar>
      <AgentFace emoji={agent.emoji} name={agent.name} className="max-sm:hidden" />
      <div className="grid min-w-0 flex-1">
        <h1 className="truncate text-sm font-medium leading-tight">{title}</h1>
        <p className="flex min-w-0 items-center gap-2 overflow-hidden">
          {isNew ? null : <span className="truncate text-[0.8125rem] text-muted-foreground">{agent.name}</span>}
          <AgentStatus agent={agent} className="shrink-0" />
        </p>
      </div>
      <NoIsolationBadge />
      {isNew && agents.length > 1 ? (
        <Select
          aria-label="Agent"
          className="h-9 w-40 max-sm:w-28"
          value={agent.id}
          onChange={(id) => router.replace(`/chat?agent=${id}`)}
          groups={[{ label: "", options: agents.map(({ id, name, emoji }) => ({ value: id, label: `${emoji} ${name}` })) }]}
        />
      ) : null}
    </PageBar>
  );
}
