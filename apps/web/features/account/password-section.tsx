"use client";

import { useId, useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/checkbox-field";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { useChangePassword } from "@/features/account/account-queries";
import { followsRules, PasswordRules } from "@/features/account/password-rules";
import { SettingsSection } from "@/components/page/settings-section";
import { ApiProblem, describeError } from "@/lib/api";

interface Faults {
  readonly current?: string;
  readonly next?: string;
}

const fieldOf: Partial<Record<string, keyof Faults>> = { currentPassword: "current", newPassword: "next" };

const faultsOf = (error: unknown): Faults => {
  const errors = error instanceof ApiProblem ? (error.problem.errors ?? []) : [];
  return Object.fromEntries(errors.flatMap(({ path, message }) => (fieldOf[path] === undefined ? [] : [[fieldOf[path], message]])));
};

const usePasswordForm = (username: string) => {
  const change = useChangePassword();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [endsTokens, setEndsTokens] = useState(true);
  const [faults, setFaults] = useState<Faults>({});
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = {
      ...(current === "" ? { current: "Enter your current password" } : {}),
      ...(followsRules(next, username) ? {} : { next: "The new password does not follow all rules" }),
    };
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    change.mutate(
      { currentPassword: current, newPassword: next, endsTokens },
      {
        onSuccess: () => {
          setCurrent("");
          setNext("");
          toast.success("Password changed", {
            description: `All other devices were signed out${endsTokens ? ", and your access tokens revoked" : ""}.`,
          });
        },
        onError: (error) => setFaults(faultsOf(error)),
      },
    );
  };
  return { change, current, setCurrent, next, setNext, endsTokens, setEndsTokens, faults, submit };
};

export function PasswordSection({ username, isBreakglass }: { readonly username: string; readonly isBreakglass: boolean }) {
  const form = usePasswordForm(username);
  const { change, current, setCurrent, next, setNext, faults } = form;
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
      <form onSubmit={form.submit} noValidate className="grid max-w-md gap-4">
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
        <CheckboxField
          label="Revoke my access tokens too"
          description="Whoever knew the old password may have made one. Programs that use them need new ones."
          isChecked={form.endsTokens}
          onChange={form.setEndsTokens}
        />
        {change.error && Object.keys(faults).length === 0 ? <ChangeProblem error={change.error} /> : null}
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
