"use client";

import { useId, useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { useChangePassword } from "@/features/account/account-queries";
import { followsRules, PasswordRules } from "@/features/account/password-rules";
import { SettingsSection } from "@/features/settings/settings-section";
import { describeError } from "@/lib/api";

const usePasswordForm = (username: string) => {
  const change = useChangePassword();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [faults, setFaults] = useState<{ current?: string; next?: string }>({});
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = {
      ...(current === "" ? { current: "Enter your current password" } : {}),
      ...(followsRules(next, username) ? {} : { next: "The new password does not follow all rules" }),
    };
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    change.mutate(
      { currentPassword: current, newPassword: next },
      {
        onSuccess: () => {
          setCurrent("");
          setNext("");
          toast.success("Password changed", { description: "All other devices were signed out." });
        },
      },
    );
  };
  return { change, current, setCurrent, next, setNext, faults, submit };
};

export function PasswordSection({ username, isBreakglass }: { readonly username: string; readonly isBreakglass: boolean }) {
  const { change, current, setCurrent, next, setNext, faults, submit } = usePasswordForm(username);
  const rulesId = useId();
  return (
    <SettingsSection
      title="Password"
      description={
        isBreakglass
          ? "Changing it signs out all your other devices. If it is lost, the operator sets a new one with mosaic admin reset-breakglass."
          : "Changing it signs out all your other devices."
      }
    >
      <form onSubmit={submit} noValidate className="grid max-w-md gap-4">
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <Field label="Current password" error={faults.current}>
          {(control) => (
            <PasswordInput
              what="current password"
              {...control}
              value={current}
              autoComplete="current-password"
              onChange={(event) => setCurrent(event.target.value)}
            />
          )}
        </Field>
        <Field label="New password" error={faults.next}>
          {(control) => (
            <PasswordInput
              what="new password"
              {...control}
              aria-describedby={[control["aria-describedby"], rulesId].filter(Boolean).join(" ")}
              value={next}
              autoComplete="new-password"
              onChange={(event) => setNext(event.target.value)}
            />
          )}
        </Field>
        <PasswordRules id={rulesId} password={next} username={username} />
        {change.error ? <ChangeProblem error={change.error} /> : null}
        <Button type="submit" className="justify-self-start" isBusy={change.isPending}>
          Change password
        </Button>
      </form>
    </SettingsSection>
  );
}

function ChangeProblem({ error }: { readonly error: unknown }) {
  const { title, detail } = describeError(error);
  return (
    <Notice tone="danger" role="alert" title={title}>
      {detail}
    </Notice>
  );
}
