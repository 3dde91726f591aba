"use client";

import type { StageProgress } from "@mosaic/contracts/agent";
import { Progress } from "@/components/ui/progress";
import { AgentActions } from "@/features/agents/agent-actions";
import { AgentCard, RestartPending, StartFailed, type AgentRowProps } from "@/features/agents/agent-card";
import { AgentLogsDialog } from "@/features/agents/agent-logs";
import { useSwitchAgent } from "@/features/agents/agent-queries";
import { diskFact } from "@/features/agents/disk-use";
import { MemoryLost } from "@/features/agents/memory-lost";
import { restartText } from "@/features/agents/restart-text";
import { stageLabel } from "@/features/agents/stages";
import { useStartBar } from "@/features/agents/start-bar";
import { formatDuration } from "@/lib/time";
import { m } from "@messages/agents";

export function AgentRow({ agent, backend, onEdit, onDelete }: AgentRowProps) {
  const change = useSwitchAgent();
  const idle = agent.idleTimeoutSeconds === 0 ? m.neverStopsWhenIdle : m.stopsAfterIdle(formatDuration(agent.idleTimeoutSeconds));
  return (
    <AgentCard
      agent={agent}
      facts={`${backend} · ${idle}${diskFact(agent.disk)}`}
      actions={<AgentActions agent={agent} change={change} Logs={AgentLogsDialog} onEdit={onEdit} onDelete={onDelete} />}
    >
      {agent.status === "starting" && agent.stage !== null ? <StartBar name={agent.name} progress={agent.stage} /> : null}
      <RestartPending agent={agent} reason={restartText(agent.name, false)} />
      <StartFailed agent={agent} />
      <MemoryLost agent={agent} />
    </AgentCard>
  );
}

function StartBar({ name, progress }: { readonly name: string; readonly progress: StageProgress }) {
  const { percent } = useStartBar(progress, false);
  return <Progress value={percent} label={`${name}: ${stageLabel(progress)}`} />;
}
