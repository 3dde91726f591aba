"use client";

import { useSwitchSystemAgent, useSystemAgentLogs } from "@/features/admin-system-agents/system-agent-queries";
import { AgentActions } from "@/features/agents/agent-actions";
import { AgentCard, RestartPending, StartFailed, type AgentRowProps } from "@/features/agents/agent-card";
import { LogsDialog, type AgentLogsDialogProps } from "@/features/agents/agent-logs";
import { diskFact } from "@/features/agents/disk-use";
import { MemoryLost } from "@/features/agents/memory-lost";
import { restartText } from "@/features/agents/restart-text";
import { m } from "@messages/admin-system-agents";

export function SystemAgentRow({ agent, backend, onEdit, onDelete }: AgentRowProps) {
  const change = useSwitchSystemAgent();
  return (
    <AgentCard
      agent={agent}
      facts={`${backend} · ${m.alwaysOn}${diskFact(agent.disk)}`}
      actions={<AgentActions agent={agent} change={change} Logs={SystemAgentLogsDialog} onEdit={onEdit} onDelete={onDelete} />}
    >
      <RestartPending agent={agent} reason={restartText(agent.name, true)} />
      <StartFailed agent={agent}> {m.mosaicKeepsTryingWithLonger}</StartFailed>
      <MemoryLost agent={agent} />
    </AgentCard>
  );
}

function SystemAgentLogsDialog({ agent, onClose }: AgentLogsDialogProps) {
  const logs = useSystemAgentLogs(agent?.id ?? null);
  return <LogsDialog name={agent?.name ?? null} logs={logs} onClose={onClose} />;
}
