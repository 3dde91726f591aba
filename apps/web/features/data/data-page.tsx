"use client";

import { DataCard } from "@/features/data/data-card";
import { ExportCard } from "@/features/data/export-card";
import { ImportCard } from "@/features/data/import-card";
import { SharedLists } from "@/features/sharing/shared-lists";
import { SettingsSection } from "@/components/page/settings-section";
import { m } from "@messages/data";

export function DataPage() {
  return (
    <SettingsSection title={m.data} description={m.yourConversationsAsFilesAnd}>
      <ExportCard />
      <ImportCard />
      <DataCard title={m.sharing} description={m.copiesOfConversationsThatOthers}>
        <SharedLists />
      </DataCard>
    </SettingsSection>
  );
}
