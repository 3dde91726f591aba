"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { BotMessageSquare, Plus } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Notice } from "@/components/ui/notice";
import { SystemAgentRow } from "@/features/admin-system-agents/system-agent-row";
import { useDeleteSystemAgent, useSaveSystemAgent, useSystemAgents } from "@/features/admin-system-agents/system-agent-queries";
import { AgentForm } from "@/features/agents/agent-form";
import { useBackends } from "@/features/agents/agent-queries";
import { agentToValues, backendLabel, emptyAgent, toAgent, toNewAgent, type BackendChoice } from "@/features/agents/agent-values";
import { useModelSources, type ModelSource } from "@/features/providers/provider-queries";
import { Loaded } from "@/features/settings/load-state";
import { toastProblem } from "@/features/settings/save-problem";
import { EmptyState, SettingsSection } from "@/features/settings/settings-section";
import { useLeave, useUnsavedChanges } from "@/features/shell/unsaved-guard";

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
                  {(choices) => <Editor key={edited} stored={stored} providers={sources} backends={choices} />}
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
  const router = useRouter();
  const [deleted, setDeleted] = useState<Agent | null>(null);
  const add = (
    <Button onClick={() => router.push(`${path}?edit=new`)}>
      <Plus aria-hidden />
      Add system agent
    </Button>
  );
  return (
    <SettingsSection
      title="System agents"
      description="Agents of the installation itself. They are always on, and only admins see them and chat with them."
      actions={agents.length > 0 ? add : null}
    >
      <Notice tone="info" title="Their memory is shared among admins">
        Each admin has conversations of their own with a system agent, but what it remembers and writes to its files can come up with every
        other admin. They use the keys of admins, and never stop for being idle.
      </Notice>
      {agents.length === 0 ? (
        <EmptyState icon={<BotMessageSquare aria-hidden />} title="No system agent yet" action={add}>
          Add one for what concerns the whole installation: watching, reporting, answering questions of admins.
        </EmptyState>
      ) : (
        <ul className="grid gap-3">
          {agents.map((agent) => (
            <SystemAgentRow
              key={agent.id}
              agent={agent}
              backend={backendLabel(backends, agent.backend)}
              onEdit={() => router.push(`${path}?edit=${agent.id}`)}
              onDelete={() => setDeleted(agent)}
            />
          ))}
        </ul>
      )}
      <DeleteSystemAgent agent={deleted} onClose={() => setDeleted(null)} />
    </SettingsSection>
  );
}

interface EditorProps {
  readonly stored: Agent | null;
  readonly providers: readonly ModelSource[];
  readonly backends: readonly BackendChoice[];
}

function Editor({ stored, providers, backends }: EditorProps) {
  const router = useRouter();
  const leave = useLeave();
  const save = useSaveSystemAgent();
  const [isDirty, setDirty] = useState(false);
  const [initial] = useState(() => (stored === null ? emptyAgent(providers, backends[0]) : agentToValues(stored)));
  useUnsavedChanges(isDirty);
  const close = (): void => router.push(path);
  return (
    <SettingsSection
      title={stored === null ? "Add a system agent" : `Edit ${stored.name}`}
      description={stored === null ? "It starts by itself, and stays on." : "Changes take effect within seconds."}
    >
      <AgentForm
        initial={initial}
        providers={providers}
        backends={backends}
        isNew={stored === null}
        isAlwaysOn
        onDirty={setDirty}
        onSave={async (values) => {
          await save.mutateAsync(
            stored === null
              ? { id: null, body: withoutTimeout(toNewAgent(values)) }
              : { id: stored.id, body: withoutTimeout(toAgent(values)) },
          );
          setDirty(false);
          toast.success(stored === null ? "System agent added" : "System agent saved");
          setTimeout(close);
        }}
        renderActions={({ isSaving }) => (
          <div className="flex flex-wrap gap-2 border-t pt-5">
            <Button type="submit" isBusy={isSaving}>
              {stored === null ? "Add system agent" : "Save changes"}
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

/** Always on: it has none. */
const withoutTimeout = <T extends { idleTimeoutSeconds?: number | undefined }>({ idleTimeoutSeconds: _never, ...rest }: T) => rest;

function DeleteSystemAgent({ agent, onClose }: { readonly agent: Agent | null; readonly onClose: () => void }) {
  const remove = useDeleteSystemAgent();
  if (agent === null) return null;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the system agent “${agent.name}”?`}
      confirmLabel="Delete system agent"
      typeToConfirm={agent.name}
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(agent.id, { onSuccess: () => toast.success("System agent deleted"), onError: toastProblem, onSettled: onClose })
      }
    >
      <p>This can’t be undone. What is lost, for every admin:</p>
      <ul className="list-disc space-y-1 pl-5">
        <li>all conversations with it</li>
        <li>its memory, and every file in its workspace</li>
        <li>its personality and settings</li>
      </ul>
    </ConfirmDialog>
  );
}
