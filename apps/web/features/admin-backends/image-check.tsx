"use client";

import type { ImageCheck } from "@mosaic/contracts/admin-containers";
import { PackageSearch } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Notice, type NoticeTone } from "@/components/ui/notice";
import { useImageCheck } from "@/features/admin-backends/backend-queries";
import { SaveProblem } from "@/components/page/save-problem";
import { said } from "@/lib/said";
import { m } from "@messages/admin-backends";

const outcomes: Record<ImageCheck["outcome"], { tone: NoticeTone; title: string }> = {
  present: { tone: "success", title: m.theImageIsOnThis },
  missing: { tone: "warning", title: m.theImageIsNotOn },
  engine_unreachable: { tone: "danger", title: m.theContainerEngineDoesNot },
};

export function ImageCheckButton({ backendId, isUnsaved }: { readonly backendId: string; readonly isUnsaved: boolean }) {
  const check = useImageCheck();
  return (
    <div className="-mt-3 grid gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="secondary" size="sm" isBusy={check.isPending} disabled={isUnsaved} onClick={() => check.mutate(backendId)}>
          {check.isPending ? null : <PackageSearch aria-hidden />}
          {m.checkTheImage}
        </Button>
        {isUnsaved ? <p className="text-[0.8125rem] text-muted-foreground">{m.saveFirstTheStoredImage}</p> : null}
      </div>
      <div role="status" className="empty:hidden">
        {check.data && !check.isPending && !isUnsaved ? (
          <Notice {...outcomes[check.data.outcome]}>{said(check.data.message)}</Notice>
        ) : check.error ? (
          <SaveProblem error={check.error} />
        ) : null}
      </div>
    </div>
  );
}
