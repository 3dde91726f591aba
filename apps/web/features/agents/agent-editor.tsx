"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { AgentForm } from "@/features/agents/agent-form";
import { agentToValues, emptyAgent, firstKind, type AgentValues, type BackendChoice } from "@/features/agents/agent-values";
import type { ModelSource } from "@/lib/provider-list";
import { SettingsSection } from "@/components/page/settings-section";
import { useLeave, useUnsavedChanges } from "@/components/page/unsaved-guard";
import { m } from "@messages/agents";

/** What an editor is opened with. */
export interface EditedAgent {
  /** `null`: a new one. */
  readonly stored: Agent | null;
  readonly providers: readonly ModelSource[];
  readonly backends: readonly BackendChoice[];
  /** That a new one begins with. Absent: the first that is offered. */
  readonly model?: string;
  /** All of the same owner, this one among them. */
  readonly agents: readonly Agent[];
}

export interface AgentEditorProps extends EditedAgent {
  /** Of the list, where it goes back to. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly submitLabel: string;
  readonly savedText: string;
  readonly isAlwaysOn?: boolean;
  readonly onSave: (values: AgentValues) => Promise<unknown>;
}

export function AgentEditor(props: AgentEditorProps) {
  const { stored, providers, backends, agents, path, title, description, submitLabel, savedText, isAlwaysOn = false, onSave } = props;
  const router = useRouter();
  const leave = useLeave();
  const [isDirty, setDirty] = useState(false);
  const [initial] = useState(() =>
    stored === null ? { ...emptyAgent(providers, firstKind(backends)), ...modelOf(props) } : agentToValues(stored),
  );
  useUnsavedChanges(isDirty);
  const close = (): void => router.push(path);
  return (
    <SettingsSection title={title} description={description}>
      <AgentForm
        initial={initial}
        providers={providers}
        backends={backends}
        isNew={stored === null}
        others={stored === null ? agents : []}
        isAlwaysOn={isAlwaysOn}
        onDirty={setDirty}
        onSave={async (values) => {
          await onSave(values);
          setDirty(false);
          toast.success(savedText);
          setTimeout(close);
        }}
        renderActions={({ isSaving }) => (
          <div className="flex flex-wrap gap-2 border-t pt-5">
            <Button type="submit" isBusy={isSaving}>
              {submitLabel}
            </Button>
            <Button variant="ghost" onClick={() => leave(close)}>
              {m.cancel}
            </Button>
          </div>
        )}
      />
    </SettingsSection>
  );
}

const modelOf = ({ model }: EditedAgent): Partial<AgentValues> => (model === undefined ? {} : { model });
