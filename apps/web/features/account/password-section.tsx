"use client";

import { useId, useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/checkbox-field";
import { Field } from "@/components/ui/field";
import { PasswordInput } from "@/components/ui/password-input";
import { useChangePassword } from "@/features/account/account-queries";
import { followsRules, PasswordRules } from "@/features/account/password-rules";
import { SettingsSection } from "@/components/page/settings-section";
import { SaveProblem } from "@/components/page/save-problem";
import { splitFaults, useFirstFault, type Faults } from "@/lib/form-problem";

/** By their names in the API. */
const fields = { currentPassword: "current", newPassword: "next" } as const;

const usePasswordForm = (username: string) => {
  const change = useChangePassword();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [endsTokens, setEndsTokens] = useState(true);
  const [faults, setFaults] = useState<Faults<"current" | "next">>({});
  const [rest, setRest] = useState<unknown>(null);
  const form = useFirstFault(faults);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = {
      ...(current === "" ? { current: "Enter your current password" } : {}),
      ...(followsRules(next, username) ? {} : { next: "The new password does not follow all rules" }),
    };
    setFaults(found);
    setRest(null);
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
        onError: (error) => {
          const split = splitFaults(error, fields);
          setFaults(split.faults);
          setRest(split.rest);
        },
      },
    );
  };
  return { change, current, setCurrent, next, setNext, endsTokens, setEndsTokens, faults, rest, form, submit };
};

export function PasswordSection({ username, isBreakglass }: { readonly username: string; readonly isBreakglass: boolean }) {
  const { form, submit, endsTokens, setEndsTokens, ...entered } = usePasswordForm(username);
  const { change, current, setCurrent, next, setNext, faults, rest } = entered;
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
      <form ref={form} onSubmit={submit} noValidate className="grid max-w-md gap-4">
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
          isChecked={endsTokens}
          onChange={setEndsTokens}
        />
        {rest === null ? null : <SaveProblem error={rest} />}
        <Button type="submit" className="justify-self-start" isBusy={change.isPending}>
          Change password
        </Button>
      </form>
    </SettingsSection>
  );
}
