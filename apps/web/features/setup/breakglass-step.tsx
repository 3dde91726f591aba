"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { createBreakglass, type CreateBreakglass } from "@mosaic/contracts/identity";
import { useId, useState } from "react";
import { useForm } from "react-hook-form";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { PasswordRules } from "@/features/account/password-rules";
import { useMe } from "@/features/auth/session";
import { SaveProblem } from "@/components/page/save-problem";
import { useCreateBreakglass } from "@/features/setup/onboarding-queries";
import type { StepProps } from "@/features/setup/setup-page";
import { StepActions } from "@/features/setup/step-actions";
import { placeFaults } from "@/lib/form-problem";
import { useLeave } from "@/lib/use-leave";
import { m } from "@messages/setup";

export function BreakglassStep(props: StepProps) {
  return props.isDone ? <AccountExists onNext={props.onNext} /> : <AccountForm {...props} />;
}

function AccountExists({ onNext }: { readonly onNext: () => void }) {
  const me = useMe().data;
  return (
    <div className="grid gap-8">
      <Notice tone="success" title={m.theAdministratorExists}>
        {me ? <>{m.youAreSignedInAs(<strong className="font-semibold">{me.username}</strong>)}</> : m.youAreSignedIn}
      </Notice>
      <StepActions onBack={null} label={m.continue} onNext={onNext} />
    </div>
  );
}

function AccountForm({ memory, onRemember, onNext }: StepProps) {
  const create = useCreateBreakglass();
  const [error, setError] = useState<unknown>(null);
  const rulesId = useId();
  const form = useForm<CreateBreakglass>({
    resolver: zodResolver(createBreakglass),
    defaultValues: { username: memory.username ?? "admin", password: "" },
  });
  useLeave(() => onRemember({ username: form.getValues("username") }));
  const { errors } = form.formState;
  const { username, password } = form.watch();
  const submit = form.handleSubmit(async (values) => {
    setError(null);
    try {
      await create.mutateAsync(values);
      onNext();
    } catch (failure) {
      setError(placeFaults(failure, form, ["username", "password"]));
    }
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-6">
      <Field label={m.userName} error={errors.username?.message} hint={m.n3To32LettersDigits}>
        {(control) => (
          <Input {...control} autoComplete="username" autoCapitalize="none" spellCheck={false} {...form.register("username")} />
        )}
      </Field>
      <div className="grid gap-3">
        <Field label={m.password} hint={m.aReloadEmptiesThisField} error={errors.password && m.thePasswordDoesNotFollow}>
          {(control) => (
            <PasswordInput
              what={m.passwordInSentence}
              {...control}
              aria-describedby={[control["aria-describedby"], rulesId].filter(Boolean).join(" ")}
              autoComplete="new-password"
              {...form.register("password")}
            />
          )}
        </Field>
        <PasswordRules id={rulesId} password={password} username={username.trim().toLowerCase()} />
      </div>
      {error === null ? null : <SaveProblem error={error} />}
      <StepActions onBack={null} label={m.createAdministrator} isBusy={form.formState.isSubmitting} />
    </form>
  );
}
