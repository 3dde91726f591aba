"use client";

import { Boxes } from "lucide-react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { DefaultEditor } from "@/features/models/default-editor";
import { effectiveText } from "@/features/agents/effective-model";
import { useSaveModelDefault } from "@/features/models/model-queries";
import { useModelDefaults } from "@/lib/model-defaults";
import { useModelSources } from "@/lib/provider-list";
import { Loaded } from "@/components/page/load-state";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";
import { m } from "@messages/models";

export function ModelsPage() {
  const defaults = useModelDefaults();
  const sources = useModelSources();
  const save = useSaveModelDefault();
  return (
    <SettingsSection title={m.models} description={m.whatYourAgentsUseWhen}>
      <Loaded query={sources}>
        {(offered) =>
          offered.length === 0 ? (
            <EmptyState
              icon={<Boxes aria-hidden />}
              title={m.noModelsToChooseFrom}
              action={
                <Button asChild>
                  <Link href="/settings/providers?edit=new">{m.addAProvider}</Link>
                </Button>
              }
            >
              {m.modelsComeFromProvidersAdd}
            </EmptyState>
          ) : (
            <Loaded query={defaults}>
              {(rows) => (
                <div className="grid gap-4">
                  {rows.map((row) => (
                    <DefaultEditor
                      key={row.backend ?? "all"}
                      row={row}
                      sources={offered}
                      effective={effectiveText(row.effective)}
                      onSave={async (body) => {
                        await save.mutateAsync(body);
                        toast.success(body.model === null ? m.defaultRemoved : m.defaultSaved);
                      }}
                    />
                  ))}
                </div>
              )}
            </Loaded>
          )
        }
      </Loaded>
    </SettingsSection>
  );
}
