"use client";

import { DataCard } from "@/features/data/data-card";
import { ExportCard } from "@/features/data/export-card";
import { ImportCard } from "@/features/data/import-card";
import { SharedLists } from "@/features/sharing/shared-lists";
import { SettingsSection } from "@/components/page/settings-section";

export function DataPage() {
  return (
    <SettingsSection title="Data" description="Your conversations as files, and whom you show them.">
      <ExportCard />
      <ImportCard />
      <DataCard title="Sharing" description="Copies of conversations that others may read. A copy keeps what was said when you shared it.">
        <SharedLists />
      </DataCard>
    </SettingsSection>
  );
}
