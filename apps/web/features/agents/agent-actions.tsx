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
        <Link href={`/chat?agent=${agent.id}`} aria-label={`Chat with ${agent.name}`}>
          <MessageSquare aria-hidden />
          Chat
        </Link>
      </Button>
      <Button
        variant="secondary"
        size="sm"
        aria-label={`${isUp ? "Stop" : "Start"} ${agent.name}`}
        isBusy={change.isPending || agent.status === "stopping"}
        onClick={() => switchTo(isUp ? "stop" : "start")}
      >
        {isUp ? "Stop" : "Start"}
      </Button>
      <Button variant="secondary" size="sm" aria-label={`Edit ${agent.name}`} onClick={onEdit}>
        Edit
      </Button>
      <Button variant="danger-ghost" size="sm" aria-label={`Delete ${agent.name}`} onClick={onDelete}>
        Delete
      </Button>
      <Menu>
        <MenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label={`More for ${agent.name}`}>
            <Ellipsis aria-hidden />
          </Button>
        </MenuTrigger>
        <MenuContent align="end">
          {isUp ? (
            <MenuItem onSelect={() => switchTo("restart")}>
              <RotateCw aria-hidden />
              Restart {agent.name}
            </MenuItem>
          ) : null}
          <MenuItem onSelect={() => setLogsOpen(true)}>
            <ScrollText aria-hidden />
            Recent logs
          </MenuItem>
        </MenuContent>
      </Menu>
      <Logs agent={isLogsOpen ? agent : null} onClose={() => setLogsOpen(false)} />
    </div>
  );
}
