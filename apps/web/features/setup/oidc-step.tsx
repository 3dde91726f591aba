"use client";

import { Notice } from "@/components/ui/notice";
import { SaveProblem } from "@/features/providers/provider-form";
import { useSkipOidc } from "@/features/setup/onboarding-queries";
import type { StepProps } from "@/features/setup/setup-page";
import { StepActions } from "@/features/setup/step-actions";

export function OidcStep({ isDone, onNext, onBack }: StepProps) {
  const skip = useSkipOidc();
  return (
    <div className="grid gap-8">
      <Notice tone="info" title="Single sign-on is not available yet">
        A later version of Mosaic lets your team sign in with OpenID Connect (Keycloak, Entra ID, Google and others). Until then you sign in
        with the administrator’s account. Nothing is lost by going on.
      </Notice>
      {skip.error ? <SaveProblem error={skip.error} /> : null}
      <StepActions
        onBack={onBack}
        label={isDone ? "Continue" : "Skip for now"}
        isBusy={skip.isPending}
        onNext={() => (isDone ? onNext() : skip.mutate(undefined, { onSuccess: onNext }))}
      />
    </div>
  );
}
