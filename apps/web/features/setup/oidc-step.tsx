"use client";

import type { OidcSettings } from "@mosaic/contracts/oidc";
import { ArrowLeft, ArrowRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ChoiceCard, ChoiceGroup } from "@/components/ui/choice-card";
import { OidcForm } from "@/features/admin-oidc/oidc-form";
import { useOidcSettings } from "@/features/admin-oidc/oidc-queries";
import { SaveProblem } from "@/components/page/save-problem";
import { Loaded } from "@/components/page/load-state";
import { useOnboardingOidc, useSkipOidc } from "@/features/setup/onboarding-queries";
import type { StepProps } from "@/features/setup/setup-page";
import { StepActions } from "@/features/setup/step-actions";
import { m } from "@messages/setup";

export function OidcStep(props: StepProps) {
  const settings = useOidcSettings();
  const choice = props.memory.signIn ?? (settings.data?.isConfigured === true ? "oidc" : "later");
  return (
    <div className="grid gap-8">
      <ChoiceGroup
        aria-label={m.howPeopleSignIn}
        value={choice}
        onValueChange={(signIn) => props.onRemember({ signIn })}
        className="grid gap-3 sm:grid-cols-2"
      >
        <ChoiceCard value="later" title={m.passwordsForNow} description={m.youSignInWithThe} />
        <ChoiceCard value="oidc" title={m.singleSignOn} description={m.openidConnectKeycloakEntraId} />
      </ChoiceGroup>
      {choice === "later" ? <Later {...props} /> : <Loaded query={settings}>{(stored) => <Connect {...props} stored={stored} />}</Loaded>}
    </div>
  );
}

function Later({ isDone, onNext, onBack }: StepProps) {
  const skip = useSkipOidc();
  return (
    <>
      {skip.error ? <SaveProblem error={skip.error} /> : null}
      <StepActions
        onBack={onBack}
        label={isDone ? m.continue : m.skipForNow}
        isBusy={skip.isPending}
        onNext={() => (isDone ? onNext() : skip.mutate(undefined, { onSuccess: onNext }))}
      />
    </>
  );
}

function Connect({ stored, memory, onRemember, isDone, onNext, onBack }: StepProps & { readonly stored: OidcSettings }) {
  const save = useOnboardingOidc();
  const skip = useSkipOidc();
  const leave = (): void => (isDone ? onNext() : skip.mutate(undefined, { onSuccess: onNext }));
  return (
    <OidcForm
      stored={stored}
      initial={memory.oidc}
      onLeave={(oidc) => onRemember({ oidc })}
      onDirty={() => undefined}
      onSave={async (body) => {
        await save.mutateAsync(body);
        onNext();
      }}
      renderActions={({ isSaving }) => (
        <div className="grid gap-4">
          {skip.error ? <SaveProblem error={skip.error} /> : null}
          <div className="flex flex-wrap items-center justify-between gap-3 border-t pt-6">
            {onBack === null ? (
              <span />
            ) : (
              <Button variant="ghost" onClick={onBack}>
                <ArrowLeft aria-hidden />
                {m.back}
              </Button>
            )}
            <div className="flex flex-wrap gap-2">
              <Button variant="ghost" size="lg" isBusy={skip.isPending} onClick={leave}>
                {isDone ? m.continueWithoutChanges : m.skipForNow}
              </Button>
              <Button type="submit" size="lg" isBusy={isSaving}>
                {m.saveAndContinue}
                {isSaving ? null : <ArrowRight aria-hidden />}
              </Button>
            </div>
          </div>
        </div>
      )}
    />
  );
}
