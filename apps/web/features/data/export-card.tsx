"use client";

import { Download } from "lucide-react";
import { DataCard } from "@/features/data/data-card";
import { Button } from "@/components/ui/button";
import { download } from "@/lib/download";
import { m } from "@messages/data";

const all = "/api/conversation-exports";

export function ExportCard() {
  return (
    <DataCard title={m.export} description={m.allOfYourConversationsWith}>
      <div className="flex flex-wrap gap-3">
        <Button variant="secondary" onClick={() => download(all)}>
          <Download aria-hidden />
          {m.exportAsJsonLines}
        </Button>
        <Button variant="secondary" onClick={() => download(`${all}?format=markdown`)}>
          <Download aria-hidden />
          {m.exportAsMarkdown}
        </Button>
      </div>
    </DataCard>
  );
}
