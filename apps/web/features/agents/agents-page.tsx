"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { Bot, Plus } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { AgentForm } from "@/features/agents/agent-form";
import { useAgents, useBackends, useSaveAgent } from "@/features/agents/agent-queries";
import { AgentRow } from "@/features/agents/agent-row";
import { NoIsolationBadge } from "@/features/agents/agent-status";
import { agentToValues, backendLabel, emptyAgent, toAgent, toNewAgent, type BackendChoice } from "@/features/agents/agent-values";
import { DeleteAgent } from "@/features/agents/delete-agent";
import { SaveProblem } from "@/features/providers/provider-form";
import { useModelSources, type ModelSource } from "@/features/providers/provider-queries";
import { EmptyState, ListLoading, SettingsSection } from "@/features/settings/settings-section";
import { useLeave, useUnsavedChanges } from "@/features/shell/unsaved-guard";

const path = "/settings/agents";

export function AgentsPage() {
  const edited = useSearchParams().get("edit");
  const agents = useAgents();
  const providers = useModelSources();
  const backends = useBackends();
  const error = agents.error ?? providers.error ?? backends.error;
  if (error && !(agents.data && providers.data && backends.data)) return <SaveProblem error={error} />;
  if (!agents.data || !providers.data || !backends.data) return <ListLoading />;
  const stored = agents.data.find(({ id }) => id === edited) ?? null;
  if (edited === "new" || stored !== null)
    return <AgentEditor key={edited} stored={stored} providers={providers.data} backends={backends.data} />;
  return <AgentOverview agents={agents.data} backends={backends.data} />;
}

function AgentOverview({ agents, backends }: { readonly agents: readonly Agent[]; readonly backends: readonly BackendChoice[] }) {
  const router = useRouter();
  const [deleted, setDeleted] = useState<Agent | null>(null);
  const add = (
    <Button onClick={() => router.push(`${path}?edit=new`)}>
      <Plus aria-hidden />
      Add agent
    </Button>
  );
  return (
    <SettingsSection
      title="Agents"
      description="Each is an assistant of your own, with its own memory."
      actions={agents.length > 0 ? add : null}
    >
      <div className="-mt-3 empty:hidden">
        <NoIsolationBadge />
      </div>
      {agents.length === 0 ? (
        <EmptyState icon={<Bot aria-hidden />} title="No agent yet" action={add}>
          Add an agent, give it a name and a model, and start talking to it.
        </EmptyState>
      ) : (
        <ul className="grid gap-3">
          {agents.map((agent) => (
            <AgentRow
              key={agent.id}
              agent={agent}
              backend={backendLabel(backends, agent.backend)}
              onEdit={() => router.push(`${path}?edit=${agent.id}`)}
              onDelete={() => setDeleted(agent)}
            />
          ))}
        </ul>
      )}
      <DeleteAgent agent={deleted} onClose={() => setDeleted(null)} />
    </SettingsSection>
  );
}

const describeEditor = (isNew: boolean, hasChoice: boolean): string => {
  if (!isNew) return "Changes take effect within seconds, without a restart.";
  return hasChoice ? "You can change all but the backend later." : "You can change all of this later.";
};

interface AgentEditorProps {
  readonly stored: Agent | null;
  readonly providers: readonly ModelSource[];
  readonly backends: readonly BackendChoice[];
}

function AgentEditor({ stored, providers, backends }: AgentEditorProps) {
  const router = useRouter();
  const leave = useLeave();
  const save = useSaveAgent();
  const [isDirty, setDirty] = useState(false);
  const [initial] = useState(() => (stored === null ? emptyAgent(providers, backends[0]) : agentToValues(stored)));
  useUnsavedChanges(isDirty);
  const close = (): void => router.push(path);
  return (
    <SettingsSection
      title={stored === null ? "Add an agent" : `Edit ${stored.name}`}
      description={describeEditor(stored === null, backends.length > 1)}
    >
      <AgentForm
        initial={initial}
        providers={providers}
        backends={backends}
        isNew={stored === null}
        onDirty={setDirty}
        onSave={async (values) => {
          await save.mutateAsync({ id: stored?.id ?? null, body: stored === null ? toNewAgent(values) : toAgent(values) });
          setDirty(false);
          toast.success(stored === null ? "Agent added" : "Agent saved");
          setTimeout(close);
        }}
        renderActions={({ isSaving }) => (
          <div className="flex flex-wrap gap-2 border-t pt-5">
            <Button type="submit" isBusy={isSaving}>
              {stored === null ? "Add agent" : "Save changes"}
            </Button>
            <Button variant="ghost" onClick={() => leave(close)}>
              Cancel
            </Button>
          </div>
        )}
      />
    </SettingsSection>
  );
}
