"use client";

import { Boxes } from "lucide-react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { DefaultEditor } from "@/features/models/default-editor";
import { effectiveText } from "@/features/agents/effective-model";
import { useModelDefaults, useSaveModelDefault } from "@/features/models/model-queries";
import { useModelSources } from "@/lib/provider-list";
import { Loaded } from "@/components/page/load-state";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";

export function ModelsPage() {
  const defaults = useModelDefaults();
  const sources = useModelSources();
  const save = useSaveModelDefault();
  return (
    <SettingsSection
      title="Models"
      description="What your agents use when they have no model of their own: first the default for their kind, then the one for all, then your admin’s."
    >
      <Loaded query={sources}>
        {(offered) =>
          offered.length === 0 ? (
            <EmptyState
              icon={<Boxes aria-hidden />}
              title="No models to choose from"
              action={
                <Button asChild>
                  <Link href="/settings/providers?edit=new">Add a provider</Link>
                </Button>
              }
            >
              Models come from providers. Add one of your own; your admin shares none yet.
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
                        toast.success(body.model === null ? "Default removed" : "Default saved");
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
