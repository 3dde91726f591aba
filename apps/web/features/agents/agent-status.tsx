"use client";

import type { Agent, ContainerStatus, StageProgress } from "@mosaic/contracts/agent";
import { hueOf, lookOf, type Looking } from "@mosaic/contracts/agent-look";
import { ShieldOff } from "lucide-react";
import type { CSSProperties } from "react";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import { Tooltip } from "@/components/ui/tooltip";
import { stageLabel } from "@/features/agents/stages";
import { useOnboardingStatus } from "@/features/entry/onboarding-status";
import { m } from "@messages/agents";

const statuses: Record<ContainerStatus, { text: string; dot: string }> = {
  stopped: { text: m.stopped, dot: "bg-muted-foreground/60" },
  starting: { text: m.starting, dot: "bg-tile-2 animate-pulse" },
  running: { text: m.running, dot: "bg-success" },
  stopping: { text: m.stopping, dot: "bg-tile-2 animate-pulse" },
  error: { text: m.error, dot: "bg-destructive" },
};

export const statusText = (status: ContainerStatus, stage: StageProgress | null): string =>
  status === "starting" && stage !== null ? stageLabel(stage) : statuses[status].text;

export function StatusDot({ status, className }: { readonly status: ContainerStatus; readonly className?: string }) {
  return <span aria-hidden className={cn("size-2 shrink-0 rounded-full", statuses[status].dot, className)} />;
}

export function AgentStatus({ agent, className }: { readonly agent: Pick<Agent, "status" | "stage">; readonly className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-1.5 text-[0.8125rem] text-muted-foreground", className)}>
      <StatusDot status={agent.status} />
      {statusText(agent.status, agent.stage)}
    </span>
  );
}

export interface AgentFaceProps {
  readonly emoji: string;
  /** Its colour follows from its name and emoji. Absent: from the agent that the page is about. */
  readonly name?: string;
  readonly className?: string;
}

export function AgentFace({ emoji, name, className }: AgentFaceProps) {
  return (
    <span
      aria-hidden
      style={name === undefined ? undefined : agentColour({ name, emoji })}
      className={cn("agent-face grid size-8 shrink-0 place-items-center rounded-lg text-lg leading-none", className)}
    >
      {emoji === "" ? lookOf(name ?? "").emoji : emoji}
    </span>
  );
}

/** The colour of all faces within. */
export const agentColour = (agent: Looking): CSSProperties => ({ ["--agent-hue" as string]: hueOf(agent) });

/** `isShort`: its words are left to its explanation where there is no room. */
export function NoIsolationBadge({ isShort = false }: { readonly isShort?: boolean }) {
  const isIsolated = useOnboardingStatus().data?.areAgentsIsolated;
  if (isIsolated !== false) return null;
  return (
    <Tooltip side="bottom" text={m.agentsRunAsPlainProcesses}>
      <button type="button" className="rounded-full">
        <Badge tone="warning">
          <ShieldOff aria-hidden />
          <span className={isShort ? "max-sm:sr-only" : undefined}>{m.noIsolation}</span>
        </Badge>
      </button>
    </Tooltip>
  );
}
