import type { Agent } from "@mosaic/contracts/agent";
import type { ReactNode } from "react";
import { Notice } from "@/components/ui/notice";
import { AgentFace, AgentStatus } from "@/features/agents/agent-status";
import { effectiveText } from "@/features/agents/effective-model";
import { formatTime } from "@/lib/time";
import { said } from "@/lib/said";
import { m } from "@messages/agents";

/** What a list of agents asks of its rows. */
export interface AgentRowProps {
  readonly agent: Agent;
  /** As people call it. */
  readonly backend: string;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

export interface AgentCardProps {
  readonly agent: Agent;
  /** Where it runs and for how long. */
  readonly facts: string;
  readonly actions: ReactNode;
  /** What there is to say about it now. */
  readonly children: ReactNode;
}

/** One agent in a list: who it is and how it is, what can be done with it, and what there is to say. */
export function AgentCard({ agent, facts, actions, children }: AgentCardProps) {
  return (
    <li className="grid gap-3.5 rounded-xl border bg-card p-4 shadow-xs">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <AgentFace emoji={agent.emoji} name={agent.name} className="size-11 rounded-xl text-2xl" />
        <div className="grid min-w-0 flex-1 basis-48 gap-0.5">
          <h3 className="flex flex-wrap items-center gap-x-3 gap-y-1 font-medium">
            <span className="min-w-0 break-words">{agent.name}</span>
            <AgentStatus agent={agent} className="font-normal" />
          </h3>
          <p className="break-words text-sm text-muted-foreground">{effectiveText(agent.effectiveModel)}</p>
          <p className="text-sm text-muted-foreground">
            {facts}
            {agent.lastActiveAt === null ? "" : m.lastActive(formatTime(agent.lastActiveAt))}
          </p>
        </div>
        {actions}
      </div>
      {children}
    </li>
  );
}

/** `reason`: why it still runs as it was. */
export function RestartPending({ agent, reason }: { readonly agent: Agent; readonly reason: string }) {
  if (!agent.isRestartPending) return null;
  return (
    <Notice tone="info" role="status">
      {m.toTakeOverAChange(reason)}
    </Notice>
  );
}

/** What is wrong with it where that is not a start. */
const titles: Readonly<Record<string, string>> = {
  agent_disk_limit: m.itKeepsTooMuchOn,
  backend_unknown: m.thisVersionOfMosaicCant,
};

/** `children`: what happens next, if anything. */
export function StartFailed({ agent, children }: { readonly agent: Agent; readonly children?: ReactNode }) {
  if (agent.error === null) return null;
  return (
    <Notice tone="danger" title={titles[agent.error.code] ?? m.theLastStartFailed}>
      {said(agent.error.detail)}
      {children}
    </Notice>
  );
}
