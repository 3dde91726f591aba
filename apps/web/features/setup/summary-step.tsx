"use client";

import { RefreshCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { SaveProblem } from "@/components/page/save-problem";
import { CheckRow, checksText } from "@/components/page/check-row";
import { useCompleteOnboarding, useHealthReport } from "@/features/setup/onboarding-queries";
import type { StepProps } from "@/features/setup/setup-page";
import { StepActions } from "@/features/setup/step-actions";

export function SummaryStep({ onBack }: StepProps) {
  const router = useRouter();
  const health = useHealthReport();
  const complete = useCompleteOnboarding();
  const checks = health.data?.checks ?? [];
  const isFailing = checks.some(({ state }) => state === "failing");
  return (
    <div className="grid gap-6">
      <section aria-label="Health checks" aria-busy={health.isFetching} className="grid gap-4">
        <p role="status" className="sr-only">
          {health.isFetching ? "Checking" : checksText(checks)}
        </p>
        {health.error ? <SaveProblem error={health.error} /> : null}
        <ul className="divide-y rounded-xl border bg-card shadow-xs">
          {checks.length > 0 ? (
            checks.map((check) => <CheckRow key={check.id} check={check} isStale={health.isFetching} />)
          ) : health.error ? null : (
            <PendingRows />
          )}
        </ul>
        <Button variant="secondary" className="justify-self-start" isBusy={health.isFetching} onClick={() => void health.refetch()}>
          {health.isFetching ? null : <RefreshCw aria-hidden />}
          {health.isFetching ? "Checking" : "Check again"}
        </Button>
      </section>
      {isFailing && !health.isFetching ? (
        <Notice tone="warning" title="Something is not ready yet">
          You can finish anyway and put it right later, but the agent won’t be able to answer until then.
        </Notice>
      ) : null}
      {complete.error ? <SaveProblem error={complete.error} /> : null}
      <StepActions
        onBack={onBack}
        label="Finish and start chatting"
        isBusy={complete.isPending || complete.isSuccess}
        onNext={() => complete.mutate(undefined, { onSuccess: () => router.replace("/chat") })}
      />
    </div>
  );
}

function PendingRows() {
  return ["Database", "Clock", "Disk", "Runtime", "Isolation", "LLM provider", "Agent software"].map((label) => (
    <li key={label} className="flex items-center gap-3.5 px-4 py-3.5">
      <span aria-hidden className="size-5 animate-pulse rounded-full bg-muted" />
      <span className="text-sm font-medium text-muted-foreground">{label}</span>
    </li>
  ));
}
