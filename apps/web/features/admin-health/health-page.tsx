"use client";

import { healthReport, type HealthCheck } from "@mosaic/contracts/health";
import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { checksText, CheckRow } from "@/components/page/check-row";
import { Loaded } from "@/components/page/load-state";
import { SettingsSection } from "@/components/page/settings-section";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { formatTime } from "@/lib/time";
import { m } from "@messages/admin-health";

export function HealthPage() {
  const report = useQuery({
    queryKey: queryKeys.admin("health"),
    queryFn: async ({ signal }) => (await request(healthReport, "/api/health/report", { signal })).checks,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return (
    <div className="max-w-3xl">
      <SettingsSection
        title={m.health}
        description={m.whatMosaicNeedsToWork}
        actions={
          <Button variant="secondary" isBusy={report.isFetching} onClick={() => void report.refetch()}>
            {report.isFetching ? null : <RefreshCw aria-hidden />}
            {report.isFetching ? m.checking : m.checkAgain}
          </Button>
        }
      >
        <p role="status" className="sr-only">
          {report.isFetching ? m.checking : checksText(report.data ?? [])}
        </p>
        <Loaded query={report}>
          {(checks) => (
            <div className="grid gap-4" aria-busy={report.isFetching}>
              <Verdict checks={checks} />
              <ul className="divide-y rounded-xl border bg-card shadow-xs">
                {checks.map((check) => (
                  <CheckRow key={check.id} check={check} isStale={report.isFetching} level="h3" />
                ))}
              </ul>
              <p className="text-sm text-muted-foreground">{m.checked(formatTime(new Date(report.dataUpdatedAt).toISOString()))}</p>
            </div>
          )}
        </Loaded>
      </SettingsSection>
    </div>
  );
}

function Verdict({ checks }: { readonly checks: readonly HealthCheck[] }) {
  if (checks.some(({ state }) => state === "failing")) {
    return (
      <Notice tone="danger" title={m.somethingDoesNotWork}>
        {m.whatToDoStandsWith}
      </Notice>
    );
  }
  if (checks.some(({ state }) => state === "warning")) {
    return (
      <Notice tone="warning" title={m.itWorksWithAReservation}>
        {m.readWhatTheWarningBelow}
      </Notice>
    );
  }
  return <Notice tone="success" title={m.everythingWorks} />;
}
