import type { Agent } from "@mosaic/contracts/agent";
import type { ReactNode } from "react";
import { Notice } from "@/components/ui/notice";
import { formatTime } from "@/lib/time";
import { m } from "@messages/agents";

export interface MemoryLostProps {
  readonly agent: Pick<Agent, "name" | "memoryLostAt">;
  readonly actions?: ReactNode;
  /** What there is to say about it here. */
  readonly children?: ReactNode;
}

/** In plain words: an agent that starts empty answers as if nothing were. */
export function MemoryLost({ agent, actions, children }: MemoryLostProps) {
  if (agent.memoryLostAt === undefined) return null;
  return (
    <Notice tone="warning" role="status" title={m.thisAgentsMemoryIsGone} actions={actions}>
      {m.when(agent.name, formatTime(agent.memoryLostAt), <code>mosaic restore</code>)}
      {children}
    </Notice>
  );
}
