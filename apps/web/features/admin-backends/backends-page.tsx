"use client";

import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import { useSearchParams } from "next/navigation";
import { BackendForm } from "@/features/admin-backends/backend-form";
import { useBackendSettings } from "@/features/admin-backends/backend-queries";
import { FileQuota } from "@/features/admin-backends/file-quota";
import { toBackendValues } from "@/features/admin-backends/units";
import { DeclarationEditor } from "@/features/admin-declared-kinds/declaration-editor";
import { DeclaredKinds } from "@/features/admin-backends/declared-kinds";
import { ImportKinds } from "@/features/admin-declared-kinds/import-kinds";
import { useBackends } from "@/features/agents/agent-queries";
import { ListLoading, SettingsSection } from "@/components/page/settings-section";
import { Loaded } from "@/components/page/load-state";
import { m } from "@messages/admin-backends";

export function BackendsPage() {
  const search = useSearchParams();
  const [added, declared] = [search.get("add"), search.get("declaration")];
  return (
    <div className="max-w-3xl">
      {added === "import" ? (
        <ImportKinds />
      ) : added === "declaration" || declared !== null ? (
        <DeclarationEditor key={declared} id={added === "declaration" ? null : declared} />
      ) : (
        <Overview />
      )}
    </div>
  );
}

function Overview() {
  const backends = useBackendSettings();
  return (
    <SettingsSection title={m.backends} description={m.theSoftwareThatAgentsRun}>
      <Loaded query={backends}>
        {(list) => (
          <div className="grid gap-8">
            <BuiltInKinds kinds={list.filter(({ isDeclared }) => !isDeclared)} />
            <DeclaredKinds kinds={list.filter(({ isDeclared }) => isDeclared)} />
          </div>
        )}
      </Loaded>
      <FileQuota />
    </SettingsSection>
  );
}

function BuiltInKinds({ kinds }: { readonly kinds: readonly BackendSettings[] }) {
  const choices = useBackends();
  if (choices.isPending) return <ListLoading />;
  // What was typed stays when something else of the kind changes.
  return kinds.map((kind) => (
    <BackendForm
      key={`${kind.id} ${JSON.stringify(toBackendValues(kind))}`}
      stored={kind}
      tools={choices.data?.find(({ id }) => id === kind.id)?.tools ?? null}
    />
  ));
}
