"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { Bot } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { CopyField } from "@/components/ui/copy-field";
import { AgentEditor, type EditedAgent } from "@/features/agents/agent-editor";
import { AddAgentButton, AgentList } from "@/features/agents/agent-list";
import { useAgents, useBackends, useSaveAgent } from "@/features/agents/agent-queries";
import { AgentRow } from "@/features/agents/agent-row";
import { NoIsolationBadge } from "@/features/agents/agent-status";
import { firstKind, startModel, toAgent, toNewAgent, type BackendChoice, modelIdOf } from "@/features/agents/agent-values";
import { DeleteAgent } from "@/features/agents/delete-agent";
import { SaveProblem } from "@/components/page/save-problem";
import { useModelDefaults } from "@/lib/model-defaults";
import { useModelSources } from "@/lib/provider-list";
import { EmptyState, ListLoading, SettingsSection } from "@/components/page/settings-section";
import { m } from "@messages/agents";

const path = "/settings/agents";

export function AgentsPage() {
  const edited = useSearchParams().get("edit");
  const agents = useAgents();
  const providers = useModelSources();
  const backends = useBackends();
  const defaults = useModelDefaults();
  const error = agents.error ?? providers.error ?? backends.error;
  if (error && !(agents.data && providers.data && backends.data)) return <SaveProblem error={error} />;
  if (!agents.data || !providers.data || !backends.data || (edited === "new" && defaults.isPending)) return <ListLoading />;
  const stored = agents.data.find(({ id }) => id === edited) ?? null;
  if (edited === "new" || stored !== null) {
    const model = startModel(providers.data, defaults.data ?? [], firstKind(backends.data)?.id ?? "");
    const lists = { providers: providers.data, backends: backends.data, agents: agents.data };
    return <OwnAgentEditor key={edited} stored={stored} model={model} {...lists} />;
  }
  return <AgentOverview agents={agents.data} backends={backends.data} />;
}

function AgentOverview({ agents, backends }: { readonly agents: readonly Agent[]; readonly backends: readonly BackendChoice[] }) {
  const add = <AddAgentButton path={path} label={m.addAgent} />;
  return (
    <SettingsSection title={m.agents} description={m.eachIsAnAssistantOf} actions={agents.length > 0 ? add : null}>
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
          <EmptyState icon={<Bot aria-hidden />} title={m.noAgentYet} action={add}>
            {m.addAnAgentGiveIt}
          </EmptyState>
        }
      />
    </SettingsSection>
  );
}

const newTexts = (hasChoice: boolean) => ({
  title: m.addAnAgent,
  description: hasChoice ? m.youCanChangeAllBut : m.youCanChangeAllOf,
  submitLabel: m.addAgent,
  savedText: m.agentAdded,
});

const storedTexts = (name: string) => ({
  title: m.edit(name),
  description: m.changesTakeEffectWithinSeconds,
  submitLabel: m.saveChanges,
  savedText: m.agentSaved,
});

function OwnAgentEditor(edited: EditedAgent) {
  const { stored, backends } = edited;
  const save = useSaveAgent();
  return (
    <div className="grid gap-6">
      <AgentEditor
        {...edited}
        {...(stored === null ? newTexts(backends.length > 1) : storedTexts(stored.name))}
        path={path}
        onSave={(values) => save.mutateAsync({ id: stored?.id ?? null, body: stored === null ? toNewAgent(values) : toAgent(values) })}
      />
      {stored === null ? null : <CopyField label={m.modelInOtherPrograms} text={modelIdOf(stored)} copyLabel={m.copyTheModel} />}
    </div>
  );
}
