"use client";

import { Download } from "lucide-react";
import { DataCard } from "@/features/data/data-card";
import { Button } from "@/components/ui/button";
import { download } from "@/lib/download";

const all = "/api/conversation-exports";

export function ExportCard() {
  return (
    <DataCard
      title="Export"
      description="All of your conversations with all of their branches, archived ones too. JSON Lines can be imported again; Markdown is for reading, in a ZIP with one file for each conversation."
    >
      <div className="flex flex-wrap gap-3">
        <Button variant="secondary" onClick={() => download(all)}>
          <Download aria-hidden />
          Export as JSON Lines
        </Button>
        <Button variant="secondary" onClick={() => download(`${all}?format=markdown`)}>
          <Download aria-hidden />
          Export as Markdown
        </Button>
      </div>
    </DataCard>
  );
}
