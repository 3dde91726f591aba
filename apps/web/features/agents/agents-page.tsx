"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { Bot } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { AgentEditor, type EditedAgent } from "@/features/agents/agent-editor";
import { AddAgentButton, AgentList } from "@/features/agents/agent-list";
import { useAgents, useBackends, useSaveAgent } from "@/features/agents/agent-queries";
import { AgentRow } from "@/features/agents/agent-row";
import { NoIsolationBadge } from "@/features/agents/agent-status";
import { toAgent, toNewAgent, type BackendChoice } from "@/features/agents/agent-values";
import { DeleteAgent } from "@/features/agents/delete-agent";
import { SaveProblem } from "@/components/page/save-problem";
import { useModelSources } from "@/lib/provider-list";
import { EmptyState, ListLoading, SettingsSection } from "@/components/page/settings-section";

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
  if (edited === "new" || stored !== null) {
    return <OwnAgentEditor key={edited} stored={stored} providers={providers.data} backends={backends.data} />;
  }
  return <AgentOverview agents={agents.data} backends={backends.data} />;
}

function AgentOverview({ agents, backends }: { readonly agents: readonly Agent[]; readonly backends: readonly BackendChoice[] }) {
  const add = <AddAgentButton path={path} label="Add agent" />;
  return (
    <SettingsSection
      title="Agents"
      description="Each is an assistant of your own, with its own memory."
      actions={agents.length > 0 ? add : null}
    >
      <div className="-mt-3 empty:hidden">
        <NoIsolationBadge />
      </div>
      <AgentList
        path={path}
        agents={agents}
        backends={backends}
        Row={AgentRow}
        DeleteDialog={DeleteAgent}
        empty={
          <EmptyState icon={<Bot aria-hidden />} title="No agent yet" action={add}>
            Add an agent, give it a name and a model, and start talking to it.
          </EmptyState>
        }
      />
    </SettingsSection>
  );
}

const newTexts = (hasChoice: boolean) => ({
  title: "Add an agent",
  description: hasChoice ? "You can change all but the backend later." : "You can change all of this later.",
  submitLabel: "Add agent",
  savedText: "Agent added",
});

const storedTexts = (name: string) => ({
  title: `Edit ${name}`,
  description: "Changes take effect within seconds, without a restart.",
  submitLabel: "Save changes",
  savedText: "Agent saved",
});

function OwnAgentEditor(edited: EditedAgent) {
  const { stored, backends } = edited;
  const save = useSaveAgent();
  return (
    <AgentEditor
      {...edited}
      {...(stored === null ? newTexts(backends.length > 1) : storedTexts(stored.name))}
      path={path}
      onSave={(values) => save.mutateAsync({ id: stored?.id ?? null, body: stored === null ? toNewAgent(values) : toAgent(values) })}
    />
  );
}
