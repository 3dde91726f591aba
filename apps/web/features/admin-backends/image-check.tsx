"use client";

import type { ImageCheck } from "@mosaic/contracts/admin-containers";
import { PackageSearch } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Notice, type NoticeTone } from "@/components/ui/notice";
import { useImageCheck } from "@/features/admin-backends/backend-queries";
import { SaveProblem } from "@/components/page/save-problem";

const outcomes: Record<ImageCheck["outcome"], { tone: NoticeTone; title: string }> = {
  present: { tone: "success", title: "The image is on this machine" },
  missing: { tone: "warning", title: "The image is not on this machine" },
  engine_unreachable: { tone: "danger", title: "The container engine does not answer" },
};

export function ImageCheckButton({ backendId, isUnsaved }: { readonly backendId: string; readonly isUnsaved: boolean }) {
  const check = useImageCheck();
  return (
    <div className="-mt-3 grid gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="secondary" size="sm" isBusy={check.isPending} disabled={isUnsaved} onClick={() => check.mutate(backendId)}>
          {check.isPending ? null : <PackageSearch aria-hidden />}
          Check the image
        </Button>
        {isUnsaved ? <p className="text-[0.8125rem] text-muted-foreground">Save first: the stored image is what is checked.</p> : null}
      </div>
      <div role="status" className="empty:hidden">
        {check.data && !check.isPending && !isUnsaved ? (
          <Notice {...outcomes[check.data.outcome]}>{check.data.message}</Notice>
        ) : check.error ? (
          <SaveProblem error={check.error} />
        ) : null}
      </div>
    </div>
  );
}
