import type { Agent } from "@mosaic/contracts/agent";
import type { ReactNode } from "react";
import { Notice } from "@/components/ui/notice";
import { formatTime } from "@/lib/time";

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
    <Notice tone="warning" role="status" title="This agent’s memory is gone" actions={actions}>
      When {agent.name} started {formatTime(agent.memoryLostAt)}, its storage was empty or another agent’s. It does not remember what was
      said before; your messages are still here. Whoever runs Mosaic can bring its memory back from a backup with{" "}
      <code>mosaic restore</code>.{children}
    </Notice>
  );
}
