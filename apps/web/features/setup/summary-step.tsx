"use client";

import type { HealthCheck } from "@mosaic/contracts/health";
import { CircleAlert, CircleCheck, RefreshCw, TriangleAlert, type LucideIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Notice } from "@/components/ui/notice";
import { SaveProblem } from "@/features/providers/provider-form";
import { useCompleteOnboarding, useHealthReport } from "@/features/setup/onboarding-queries";
import type { StepProps } from "@/features/setup/setup-page";
import { StepActions } from "@/features/setup/step-actions";

const states: Record<HealthCheck["state"], { text: string; icon: LucideIcon; classes: string }> = {
  ok: { text: "OK", icon: CircleCheck, classes: "text-success" },
  warning: { text: "Warning", icon: TriangleAlert, classes: "text-warning" },
  failing: { text: "Failing", icon: CircleAlert, classes: "text-destructive" },
};

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
          {health.isFetching ? "Checking" : summaryText(checks)}
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

const summaryText = (checks: readonly HealthCheck[]): string => {
  if (checks.length === 0) return "";
  const failing = checks.filter(({ state }) => state !== "ok").map(({ label }) => label);
  return failing.length === 0 ? "All checks are OK" : `Not OK: ${failing.join(", ")}`;
};

function CheckRow({ check, isStale }: { readonly check: HealthCheck; readonly isStale: boolean }) {
  const { text, icon: Icon, classes } = states[check.state];
  return (
    <li className={cn("flex gap-3.5 px-4 py-3.5 transition-opacity", isStale && "opacity-50")}>
      <Icon aria-hidden className={cn("mt-0.5 size-5 shrink-0", classes)} />
      <div className="grid min-w-0 flex-1 gap-0.5">
        <h2 className="text-sm font-medium">{check.label}</h2>
        <p className="break-words text-sm leading-relaxed text-muted-foreground">{check.detail}</p>
      </div>
      <span className={cn("text-sm font-medium", classes)}>{text}</span>
    </li>
  );
}

function PendingRows() {
  return ["Database", "Runtime", "Provider", "Agent image"].map((label) => (
    <li key={label} className="flex items-center gap-3.5 px-4 py-3.5">
      <span aria-hidden className="size-5 animate-pulse rounded-full bg-muted" />
      <span className="text-sm font-medium text-muted-foreground">{label}</span>
    </li>
  ));
}
