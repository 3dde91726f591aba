"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { Ellipsis, MessageSquare, RotateCw, ScrollText } from "lucide-react";
import { useState, type ComponentType } from "react";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import type { AgentLogsDialogProps } from "@/features/agents/agent-logs";
import type { useSwitchAgent } from "@/features/agents/agent-queries";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/agents";

export interface AgentActionsProps {
  readonly agent: Agent;
  readonly change: Pick<ReturnType<typeof useSwitchAgent>, "isPending" | "mutate">;
  /** Reads the logs where this kind of agent keeps them. */
  readonly Logs: ComponentType<AgentLogsDialogProps>;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

export function AgentActions({ agent, change, Logs, onEdit, onDelete }: AgentActionsProps) {
  const [isLogsOpen, setLogsOpen] = useState(false);
  const isUp = agent.status === "running" || agent.status === "starting";
  const switchTo = (to: "start" | "stop" | "restart"): void => change.mutate({ id: agent.id, to }, { onError: toastProblem });
  return (
    <div className="flex flex-wrap gap-2">
      <Button asChild variant="secondary" size="sm">
        <Link href={`/chat?agent=${agent.id}`} aria-label={m.chatWith(agent.name)}>
          <MessageSquare aria-hidden />
          {m.chat}
        </Link>
      </Button>
      <Button
        variant="secondary"
        size="sm"
        aria-label={(isUp ? m.stopNamed : m.startNamed)(agent.name)}
        isBusy={change.isPending || agent.status === "stopping"}
        onClick={() => switchTo(isUp ? "stop" : "start")}
      >
        {isUp ? m.stop : m.start}
      </Button>
      <Button variant="secondary" size="sm" aria-label={m.edit(agent.name)} onClick={onEdit}>
        {m.editShort}
      </Button>
      <Button variant="danger-ghost" size="sm" aria-label={m.delete(agent.name)} onClick={onDelete}>
        {m.deleteShort}
      </Button>
      <Menu>
        <MenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label={m.moreFor(agent.name)}>
            <Ellipsis aria-hidden />
          </Button>
        </MenuTrigger>
        <MenuContent align="end">
          {isUp ? (
            <MenuItem onSelect={() => switchTo("restart")}>
              <RotateCw aria-hidden />
              {m.restart} {agent.name}
            </MenuItem>
          ) : null}
          <MenuItem onSelect={() => setLogsOpen(true)}>
            <ScrollText aria-hidden />
            {m.recentLogs}
          </MenuItem>
        </MenuContent>
      </Menu>
      <Logs agent={isLogsOpen ? agent : null} onClose={() => setLogsOpen(false)} />
    </div>
  );
}
