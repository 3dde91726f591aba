"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, type ComponentType, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import type { AgentRowProps } from "@/features/agents/agent-card";
import { backendLabel, type BackendChoice } from "@/features/agents/agent-values";

export interface AgentListProps {
  /** Of the page, which shows the editor when `?edit=` names an agent. */
  readonly path: string;
  readonly agents: readonly Agent[];
  readonly backends: readonly BackendChoice[];
  readonly Row: ComponentType<AgentRowProps>;
  /** Asks before an agent is deleted; `null`: closed. */
  readonly DeleteDialog: ComponentType<{ readonly agent: Agent | null; readonly onClose: () => void }>;
  /** Instead of the list when there is none. */
  readonly empty: ReactNode;
}

export function AgentList({ path, agents, backends, Row, DeleteDialog, empty }: AgentListProps) {
  const router = useRouter();
  const [deleted, setDeleted] = useState<Agent | null>(null);
  return (
    <>
      {agents.length === 0 ? (
        empty
      ) : (
        <ul className="grid gap-3">
          {agents.map((agent) => (
            <Row
              key={agent.id}
              agent={agent}
              backend={backendLabel(backends, agent.backend)}
              onEdit={() => router.push(`${path}?edit=${agent.id}`)}
              onDelete={() => setDeleted(agent)}
            />
          ))}
        </ul>
      )}
      <DeleteDialog agent={deleted} onClose={() => setDeleted(null)} />
    </>
  );
}

export function AddAgentButton({ path, label }: { readonly path: string; readonly label: string }) {
  const router = useRouter();
  return (
    <Button onClick={() => router.push(`${path}?edit=new`)}>
      <Plus aria-hidden />
      {label}
    </Button>
  );
}
