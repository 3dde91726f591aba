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
        title="Health"
        description="What Mosaic needs to work, looked at now."
        actions={
          <Button variant="secondary" isBusy={report.isFetching} onClick={() => void report.refetch()}>
            {report.isFetching ? null : <RefreshCw aria-hidden />}
            {report.isFetching ? "Checking" : "Check again"}
          </Button>
        }
      >
        <p role="status" className="sr-only">
          {report.isFetching ? "Checking" : checksText(report.data ?? [])}
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
              <p className="text-sm text-muted-foreground">Checked {formatTime(new Date(report.dataUpdatedAt).toISOString())}</p>
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
      <Notice tone="danger" title="Something does not work">
        What to do stands with each check that fails.
      </Notice>
    );
  }
  if (checks.some(({ state }) => state === "warning")) {
    return (
      <Notice tone="warning" title="It works, with a reservation">
        Read what the warning below says.
      </Notice>
    );
  }
  return <Notice tone="success" title="Everything works" />;
}
