"use client";

import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import { useId } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Notice } from "@/components/ui/notice";
import { Switch } from "@/components/ui/switch";
import { useUpdateBackend } from "@/features/admin-backends/backend-queries";
import { formatCount } from "@/lib/count";
import { said } from "@/lib/said";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/admin-backends";

export interface KindHeadProps {
  readonly kind: BackendSettings;
  /** Of its heading, which names what is about the kind. */
  readonly id: string;
  readonly level: 3 | 4;
}

/** What every kind of agent shows first: its name, how many agents are of it, whether it can run here, and whether people may choose it. */
export function KindHead({ kind, id, level }: KindHeadProps) {
  const Heading = `h${level}` as const;
  return (
    <>
      <div className="grid gap-0.5">
        <div className="flex flex-wrap items-center gap-2">
          <Heading id={id} className="min-w-0 break-words font-medium">
            {kind.label}
          </Heading>
          {kind.isDeclared ? <Badge tone="accent">{m.declared}</Badge> : null}
        </div>
        <p className="text-sm text-muted-foreground">{kind.agentCount === 1 ? m.n1Agent : m.agents(formatCount(kind.agentCount))}</p>
      </div>
      {kind.unavailable === undefined ? null : (
        <Notice tone="warning" title={m.itCantRunHere}>
          {said(kind.unavailable)}
        </Notice>
      )}
      <OfferedSwitch kind={kind} headingId={id} />
    </>
  );
}

function OfferedSwitch({ kind, headingId }: { readonly kind: BackendSettings; readonly headingId: string }) {
  const id = useId();
  const save = useUpdateBackend();
  const put = (isOffered: boolean): void =>
    save.mutate(
      { id: kind.id, body: { isOffered } },
      {
        onSuccess: () => toast.success(isOffered ? m.peopleMayChoose(kind.label) : m.peopleCantChoose(kind.label)),
        onError: toastProblem,
      },
    );
  return (
    <div className="flex items-center gap-6">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <label id={`${id}-label`} htmlFor={id} className="text-sm font-medium">
          {m.peopleMayChooseIt}
        </label>
        <p id={`${id}-text`} className="text-[0.8125rem] leading-snug text-muted-foreground">
          {m.newAgentsCanBeOf}
        </p>
      </div>
      <Switch
        id={id}
        aria-labelledby={`${id}-label ${headingId}`}
        aria-describedby={`${id}-text`}
        checked={kind.isOffered}
        disabled={save.isPending}
        onCheckedChange={put}
      />
    </div>
  );
}
