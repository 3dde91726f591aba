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
import { m } from "@messages/account";

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
      ...(current === "" ? { current: m.enterYourCurrentPassword } : {}),
      ...(followsRules(next, username) ? {} : { next: m.theNewPasswordDoesNot }),
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
          toast.success(m.passwordChanged, {
            description: endsTokens ? m.devicesAndTokensEnded : m.devicesEnded,
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
    <SettingsSection title={m.password} description={isBreakglass ? m.changingItSignsOutAll : m.changingThePasswordSignsOut}>
      <form ref={form} onSubmit={submit} noValidate className="grid max-w-md gap-4">
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <Field label={m.currentPassword} error={faults.current}>
          {(control) => (
            <PasswordInput
              what={m.currentPasswordInSentence}
              {...control}
              value={current}
              autoComplete="current-password"
              onChange={(event) => setCurrent(event.target.value)}
            />
          )}
        </Field>
        <Field label={m.newPassword} error={faults.next}>
          {(control) => (
            <PasswordInput
              what={m.newPasswordInSentence}
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
          label={m.revokeMyAccessTokensToo}
          description={m.whoeverKnewTheOldPassword}
          isChecked={endsTokens}
          onChange={setEndsTokens}
        />
        {rest === null ? null : <SaveProblem error={rest} />}
        <Button type="submit" className="justify-self-start" isBusy={change.isPending}>
          {m.changePassword}
        </Button>
      </form>
    </SettingsSection>
  );
}
