"use client";

import { inviteCode, type SignUp } from "@mosaic/contracts/account";
import { username as usernameSchema } from "@mosaic/contracts/identity";
import { useRouter } from "next/navigation";
import { useEffect, useId, useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Link } from "@/components/ui/link";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { followsRules, PasswordRules } from "@/features/account/password-rules";
import { AuthFrame, AuthHeading } from "@/features/auth/auth-frame";
import { useSignInOptions, useSignUp } from "@/features/auth/session";
import { Loaded } from "@/components/page/load-state";
import { SaveProblem } from "@/components/page/save-problem";
import { useOnboardingStatus } from "@/features/entry/onboarding-status";
import { splitFaults, useFirstFault, type Faults } from "@/lib/form-problem";
import { m } from "@messages/auth";

export function SignUpPage() {
  const options = useSignInOptions();
  return (
    <AuthFrame>
      <Loaded query={options}>
        {({ signUp }) =>
          signUp === "closed" ? (
            <>
              <AuthHeading title={m.signUpIsClosed}>{m.adminsMakeAccounts}</AuthHeading>
              <Notice tone="info" title={m.youWereInvited}>
                {m.invitationsDontWorkNow}
              </Notice>
              <Button asChild variant="secondary">
                <Link href="/login">{m.backToSignIn}</Link>
              </Button>
            </>
          ) : (
            <SignUpForm needsInvite={signUp === "invite"} />
          )
        }
      </Loaded>
    </AuthFrame>
  );
}

type SignUpFaults = Faults<"username" | "password" | "inviteCode">;

const checkValues = (values: { username: string; password: string; inviteCode: string }, needsInvite: boolean): SignUpFaults => {
  const name = usernameSchema.safeParse(values.username);
  const code = inviteCode.safeParse(values.inviteCode);
  return {
    ...(name.success ? {} : { username: m.enterAUserName(name.error.issues[0]?.message ?? "") }),
    ...(followsRules(values.password, name.data ?? "") ? {} : { password: m.passwordBreaksRules }),
    ...(needsInvite && !code.success ? { inviteCode: m.enterInviteCode } : {}),
  };
};

interface SignUpValues {
  readonly username: string;
  readonly password: string;
  readonly inviteCode: string;
}

/** The code came in the fragment, which no server sees. */
const invitedValues = (): SignUpValues => ({
  username: "",
  password: "",
  inviteCode: new URLSearchParams(window.location.hash.slice(1)).get("invite") ?? "",
});

const useSignUpForm = (needsInvite: boolean) => {
  const router = useRouter();
  const status = useOnboardingStatus();
  const signUp = useSignUp();
  const [values, setValues] = useState(invitedValues);
  const [faults, setFaults] = useState<SignUpFaults>({});
  const [rest, setRest] = useState<unknown>(null);
  const form = useFirstFault(faults);
  // Whoever came by a link has nothing to do with its code, unless it turns out not to work.
  const [hasLink] = useState(values.inviteCode !== "");
  const asksForCode = needsInvite && (!hasLink || faults.inviteCode !== undefined);
  const isSignedIn = status.data?.isSignedIn === true;
  useEffect(() => {
    // It leaves the address bar at once.
    if (window.location.hash !== "") window.history.replaceState(null, "", new URL(window.location.pathname, window.location.href));
  }, []);
  useEffect(() => {
    if (isSignedIn) router.replace("/chat");
  }, [router, isSignedIn]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = checkValues(values, needsInvite);
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    const onError = (error: unknown): void => {
      const split = splitFaults(error, ["username", "password", "inviteCode"]);
      setFaults(split.faults);
      setRest(split.rest);
    };
    setRest(null);
    signUp.mutate(toBody(values), { onSuccess: () => void status.refetch(), onError });
  };
  const set = (field: keyof SignUpValues) => (event: { target: { value: string } }) =>
    setValues({ ...values, [field]: event.target.value });
  return { values, set, faults, hasLink, asksForCode, rest, form, isBusy: signUp.isPending || isSignedIn, submit };
};

const toBody = ({ inviteCode: code, ...required }: SignUpValues): SignUp => ({
  ...required,
  ...(code.trim() === "" ? {} : { inviteCode: code.trim() }),
});

function SignUpForm({ needsInvite }: { readonly needsInvite: boolean }) {
  const { values, set, faults, hasLink, asksForCode, rest, form, isBusy, submit } = useSignUpForm(needsInvite);
  return (
    <>
      <AuthHeading title={m.makeYourAccount}>{needsInvite && !hasLink ? m.youNeedAnInvitation : m.chooseNameAndPassword}</AuthHeading>
      <form ref={form} onSubmit={submit} noValidate className="grid gap-5">
        {asksForCode ? (
          <Field label={m.inviteCode} error={faults.inviteCode}>
            {(control) => (
              <Input {...control} value={values.inviteCode} autoComplete="off" spellCheck={false} onChange={set("inviteCode")} />
            )}
          </Field>
        ) : null}
        <IdentityFields values={values} set={set} faults={faults} />
        {rest === null ? null : <SaveProblem error={rest} />}
        <Button type="submit" size="lg" isBusy={isBusy}>
          {m.createAccount}
        </Button>
      </form>
      <p className="text-sm text-muted-foreground">
        {m.youHaveAnAccount}{" "}
        <Link href="/login" className="text-primary underline underline-offset-4">
          {m.signIn}
        </Link>
      </p>
    </>
  );
}

function IdentityFields({ values, set, faults }: Pick<ReturnType<typeof useSignUpForm>, "values" | "set" | "faults">) {
  const rulesId = useId();
  return (
    <>
      <Field label={m.userName} error={faults.username}>
        {(control) => (
          <Input
            {...control}
            value={values.username}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            onChange={set("username")}
          />
        )}
      </Field>
      <Field label={m.password} error={faults.password}>
        {(control) => (
          <PasswordInput
            what={m.passwordToShow}
            {...control}
            aria-describedby={[control["aria-describedby"], rulesId].filter(Boolean).join(" ")}
            value={values.password}
            autoComplete="new-password"
            onChange={set("password")}
          />
        )}
      </Field>
      <PasswordRules id={rulesId} password={values.password} username={values.username.trim().toLowerCase()} />
    </>
  );
}
