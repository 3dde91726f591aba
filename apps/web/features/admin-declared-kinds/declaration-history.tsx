"use client";

import type { BackendDeclaration } from "@mosaic/contracts/backend-declarations";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { formatTime } from "@/lib/time";
import { m } from "@messages/admin-declared-kinds";

type Former = BackendDeclaration["history"][number];

export interface DeclarationHistoryProps {
  /** The newest first. */
  readonly history: readonly Former[];
  readonly current: number;
  readonly onUse: (former: Former) => void;
}

export function DeclarationHistory({ history, current, onUse }: DeclarationHistoryProps) {
  return (
    <section aria-labelledby="declaration-history" className="grid gap-3">
      <h3 id="declaration-history" className="font-medium">
        {m.history}
      </h3>
      <ol className="divide-y rounded-lg border bg-card">
        {history.map((former) => (
          <li key={former.version} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
            <div className="grid min-w-0 gap-0.5">
              <p id={`version-${former.version}`} className="flex flex-wrap items-center gap-2 text-sm font-medium">
                {m.version(former.version)}
                {former.version === current ? <Badge tone="success">{m.inUse}</Badge> : null}
              </p>
              <p className="break-words text-[0.8125rem] text-muted-foreground">
                <time dateTime={former.createdAt}>{formatTime(former.createdAt)}</time>
                {" · "}
                {former.createdBy === null ? m.fromAFileOrADeletedUser : <bdi>{former.createdBy}</bdi>}
              </p>
            </div>
            {former.version === current ? null : (
              <Button variant="secondary" size="sm" aria-describedby={`version-${former.version}`} onClick={() => onUse(former)}>
                {m.useThisVersionAgain}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
