"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { Ellipsis, MessageSquare, RotateCw, ScrollText } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { Notice } from "@/components/ui/notice";
import { Progress } from "@/components/ui/progress";
import { useSwitchAgent } from "@/features/agents/agent-queries";
import { AgentFace, AgentStatus } from "@/features/agents/agent-status";
import { AgentLogsDialog } from "@/features/agents/agent-logs";
import { restartText } from "@/features/agents/restart-text";
import { effectiveText } from "@/features/models/effective-model";
import { toastProblem } from "@/features/settings/save-problem";
import { stagePercent, stageText } from "@/features/agents/stages";
import { formatDuration, formatTime } from "@/lib/time";

export interface AgentRowProps {
  readonly agent: Agent;
  /** As people call it. */
  readonly backend: string;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

export function AgentRow({ agent, backend, onEdit, onDelete }: AgentRowProps) {
  const idle = agent.idleTimeoutSeconds === 0 ? "Never stops when idle" : `Stops after ${formatDuration(agent.idleTimeoutSeconds)} idle`;
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
            {backend} · {idle}
            {agent.lastActiveAt === null ? "" : ` · last active ${formatTime(agent.lastActiveAt)}`}
          </p>
        </div>
        <AgentActions agent={agent} onEdit={onEdit} onDelete={onDelete} />
      </div>
      {agent.status === "starting" && agent.stage !== null ? (
        <Progress value={stagePercent(agent.stage)} label={`${agent.name}: ${stageText(agent.stage.stage)}`} />
      ) : null}
      {agent.isRestartPending ? (
        <Notice tone="info" role="status">
          {restartText(agent.name, false)}, to take over a change.
        </Notice>
      ) : null}
      {agent.error === null ? null : (
        <Notice tone="danger" title="The last start failed">
          {agent.error.detail}
        </Notice>
      )}
    </li>
  );
}

function AgentActions({ agent, onEdit, onDelete }: Omit<AgentRowProps, "backend">) {
  const change = useSwitchAgent();
  const [isLogsOpen, setLogsOpen] = useState(false);
  const isUp = agent.status === "running" || agent.status === "starting";
  const to = isUp ? "stop" : "start";
  const onSwitch = (): void => change.mutate({ id: agent.id, to }, { onError: toastProblem });
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
        onClick={onSwitch}
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
            <MenuItem onSelect={() => change.mutate({ id: agent.id, to: "restart" }, { onError: toastProblem })}>
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
      <AgentLogsDialog agent={isLogsOpen ? agent : null} onClose={() => setLogsOpen(false)} />
    </div>
  );
}
