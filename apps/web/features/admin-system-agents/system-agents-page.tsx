"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { BotMessageSquare } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Notice } from "@/components/ui/notice";
import { SystemAgentRow } from "@/features/admin-system-agents/system-agent-row";
import { useDeleteSystemAgent, useSaveSystemAgent, useSystemAgents } from "@/features/admin-system-agents/system-agent-queries";
import { AgentEditor, type EditedAgent } from "@/features/agents/agent-editor";
import { AddAgentButton, AgentList } from "@/features/agents/agent-list";
import { useBackends } from "@/features/agents/agent-queries";
import { toAgent, toNewAgent, type BackendChoice } from "@/features/agents/agent-values";
import { useModelSources } from "@/lib/provider-list";
import { Loaded } from "@/components/page/load-state";
import { toastProblem } from "@/lib/toast-problem";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";
import { m } from "@messages/admin-system-agents";

const path = "/admin/system-agents";

export function SystemAgentsPage() {
  const edited = useSearchParams().get("edit");
  const agents = useSystemAgents();
  const providers = useModelSources();
  const backends = useBackends();
  return (
    <div className="max-w-3xl">
      <Loaded query={agents}>
        {(list) => {
          const stored = list.find(({ id }) => id === edited) ?? null;
          if (edited !== "new" && stored === null) return <Overview agents={list} backends={backends.data ?? []} />;
          return (
            <Loaded query={providers}>
              {(sources) => (
                <Loaded query={backends}>
                  {(choices) => <SystemAgentEditor key={edited} stored={stored} providers={sources} backends={choices} agents={list} />}
                </Loaded>
              )}
            </Loaded>
          );
        }}
      </Loaded>
    </div>
  );
}

function Overview({ agents, backends }: { readonly agents: readonly Agent[]; readonly backends: readonly BackendChoice[] }) {
  const add = <AddAgentButton path={path} label={m.addSystemAgent} />;
  return (
    <SettingsSection title={m.systemAgents} description={m.agentsOfTheInstallationItself} actions={agents.length > 0 ? add : null}>
      <Notice tone="info" title={m.theirMemoryIsSharedAmong}>
        {m.eachAdminHasConversationsOf}
      </Notice>
      <AgentList
        path={path}
        agents={agents}
        backends={backends}
        Row={SystemAgentRow}
        DeleteDialog={DeleteSystemAgent}
        empty={
          <EmptyState icon={<BotMessageSquare aria-hidden />} title={m.noSystemAgentYet} action={add}>
            {m.addOneForWhatConcerns}
          </EmptyState>
        }
      />
    </SettingsSection>
  );
}

const newTexts = {
  title: m.addASystemAgent,
  description: m.itStartsByItselfAnd,
  submitLabel: m.addSystemAgent,
  savedText: m.systemAgentAdded,
};

const storedTexts = (name: string): typeof newTexts => ({
  title: m.edit(name),
  description: m.changesTakeEffectWithinSeconds,
  submitLabel: m.saveChanges,
  savedText: m.systemAgentSaved,
});

function SystemAgentEditor(edited: EditedAgent) {
  const { stored } = edited;
  const save = useSaveSystemAgent();
  return (
    <AgentEditor
      {...edited}
      {...(stored === null ? newTexts : storedTexts(stored.name))}
      path={path}
      isAlwaysOn
      onSave={(values) =>
        save.mutateAsync(
          stored === null
            ? { id: null, body: withoutTimeout(toNewAgent(values)) }
            : { id: stored.id, body: withoutTimeout(toAgent(values)) },
        )
      }
    />
  );
}

/** Always on: it has none. */
const withoutTimeout = <T extends { idleTimeoutSeconds?: number | undefined }>({ idleTimeoutSeconds: _never, ...rest }: T) => rest;

function DeleteSystemAgent({ agent, onClose }: { readonly agent: Agent | null; readonly onClose: () => void }) {
  const remove = useDeleteSystemAgent();
  if (agent === null) return null;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={m.deleteTheSystemAgent(agent.name)}
      confirmLabel={m.deleteSystemAgent}
      typeToConfirm={agent.name}
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(agent.id, { onSuccess: () => toast.success(m.systemAgentDeleted), onError: toastProblem, onSettled: onClose })
      }
    >
      <p>{m.thisCantBeUndoneWhat}</p>
      <ul className="list-disc space-y-1 ps-5">
        <li>{m.allConversationsWithIt}</li>
        <li>{m.itsMemoryAndEveryFile}</li>
        <li>{m.itsPersonalityAndSettings}</li>
      </ul>
    </ConfirmDialog>
  );
}
