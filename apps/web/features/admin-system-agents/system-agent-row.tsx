"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { Ellipsis, MessageSquare, RotateCw, ScrollText } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { Notice } from "@/components/ui/notice";
import { useSwitchSystemAgent, useSystemAgentLogs } from "@/features/admin-system-agents/system-agent-queries";
import { LogsDialog } from "@/features/agents/agent-logs";
import { AgentFace, AgentStatus } from "@/features/agents/agent-status";
import { restartText } from "@/features/agents/restart-text";
import { effectiveText } from "@/features/models/effective-model";
import { toastProblem } from "@/features/settings/save-problem";
import { formatTime } from "@/lib/time";

export interface SystemAgentRowProps {
  readonly agent: Agent;
  /** As people call it. */
  readonly backend: string;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

export function SystemAgentRow({ agent, backend, onEdit, onDelete }: SystemAgentRowProps) {
  return (
    <li className="grid gap-3.5 rounded-xl border bg-card p-4 shadow-xs">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <AgentFace emoji={agent.emoji} className="size-11 rounded-xl text-2xl" />
        <div className="grid min-w-0 flex-1 basis-48 gap-0.5">
          <h3 className="flex flex-wrap items-center gap-x-3 gap-y-1 font-medium">
            <span className="min-w-0 break-words">{agent.name}</span>
            <AgentStatus agent={agent} className="font-normal" />
          </h3>
          <p className="break-words text-sm text-muted-foreground">{effectiveText(agent.effectiveModel)}</p>
          <p className="text-sm text-muted-foreground">
            {backend} · always on{agent.lastActiveAt === null ? "" : ` · last active ${formatTime(agent.lastActiveAt)}`}
          </p>
        </div>
        <RowActions agent={agent} onEdit={onEdit} onDelete={onDelete} />
      </div>
      {agent.isRestartPending ? (
        <Notice tone="info" role="status">
          {restartText(agent.name, true)}, to take over a change.
        </Notice>
      ) : null}
      {agent.error === null ? null : (
        <Notice tone="danger" title="The last start failed">
          {agent.error.detail} Mosaic keeps trying, with longer pauses.
        </Notice>
      )}
    </li>
  );
}

function RowActions({ agent, onEdit, onDelete }: Omit<SystemAgentRowProps, "backend">) {
  const change = useSwitchSystemAgent();
  const [isLogsOpen, setLogsOpen] = useState(false);
  const logs = useSystemAgentLogs(isLogsOpen ? agent.id : null);
  const isUp = agent.status === "running" || agent.status === "starting";
  const to = (next: "start" | "stop" | "restart"): void => change.mutate({ id: agent.id, to: next }, { onError: toastProblem });
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
        onClick={() => to(isUp ? "stop" : "start")}
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
            <MenuItem onSelect={() => to("restart")}>
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
      <LogsDialog name={isLogsOpen ? agent.name : null} logs={logs} onClose={() => setLogsOpen(false)} />
    </div>
  );
}
