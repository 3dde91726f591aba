"use client";

import { RefreshCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { SaveProblem } from "@/components/page/save-problem";
import { CheckRow, checksText } from "@/components/page/check-row";
import { useSharing } from "@/features/admin-sharing/sharing-queries";
import { sharingText } from "@/features/admin-sharing/sharing-words";
import { teamModelOf } from "@/features/admin-sharing/team-model";
import { useCompleteOnboarding, useHealthReport } from "@/features/setup/onboarding-queries";
import type { StepProps } from "@/features/setup/setup-page";
import { StepActions } from "@/features/setup/step-actions";
import { m } from "@messages/setup";

export function SummaryStep({ onBack }: StepProps) {
  const router = useRouter();
  const health = useHealthReport();
  const complete = useCompleteOnboarding();
  const checks = health.data?.checks ?? [];
  const isFailing = checks.some(({ state }) => state === "failing");
  return (
    <div className="grid gap-6">
      <section aria-label={m.healthChecks} aria-busy={health.isFetching} className="grid gap-4">
        <p role="status" className="sr-only">
          {health.isFetching ? m.checking : checksText(checks)}
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
          {health.isFetching ? m.checking : m.checkAgain}
        </Button>
      </section>
      {isFailing && !health.isFetching ? (
        <Notice tone="warning" title={m.somethingIsNotReadyYet}>
          {m.youCanFinishAnywayAnd}
        </Notice>
      ) : null}
      <TeamSummary />
      {complete.error ? <SaveProblem error={complete.error} /> : null}
      <StepActions
        onBack={onBack}
        label={m.finishAndStartChatting}
        isBusy={complete.isPending || complete.isSuccess}
        onNext={() => complete.mutate(undefined, { onSuccess: () => router.replace("/chat") })}
      />
    </div>
  );
}

/** What the people who come by invitation or single sign-on will get. */
function TeamSummary() {
  const sharing = useSharing();
  if (sharing.data === undefined) return sharing.error ? <SaveProblem error={sharing.error} /> : null;
  const shared = teamModelOf(sharing.data);
  const kind = sharing.data.providers.find(({ id }) => id === shared?.providerId)?.kind;
  return shared === null ? (
    <Notice tone="info" title={m.whoeverYouInviteNeedsA}>
      {m.yourProviderIsYoursAlone}
    </Notice>
  ) : (
    <Notice tone="success" title={m.whoeverYouInviteCanChat}>
      {kind === undefined
        ? m.theyGetAnAgentOf(shared.model, shared.providerName)
        : m.theyGetAnAgentAtACost(shared.model, shared.providerName, sharingText(kind))}
    </Notice>
  );
}

function PendingRows() {
  return [m.database, m.clock, m.disk, m.runtime, m.isolation, m.llmProvider, m.agentSoftware].map((label) => (
    <li key={label} className="flex items-center gap-3.5 px-4 py-3.5">
      <span aria-hidden className="size-5 animate-pulse rounded-full bg-muted" />
      <span className="text-sm font-medium text-muted-foreground">{label}</span>
    </li>
  ));
}
