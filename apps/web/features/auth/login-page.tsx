"use client";

import type { SignUpMode } from "@mosaic/contracts/account";
import { credentials, type Credentials } from "@mosaic/contracts/identity";
import { LogIn } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useId, useRef, useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Link } from "@/components/ui/link";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { AuthFrame, AuthHeading } from "@/features/auth/auth-frame";
import { oidcProblemText } from "@/features/auth/oidc-problem";
import { useLogin, useSignInOptions } from "@/features/auth/session";
import { safeNext } from "@/features/entry/destination";
import { useOnboardingStatus } from "@/features/entry/onboarding-status";
import { describeError } from "@/lib/api";
import { m } from "@messages/auth";

export function LoginPage() {
  return (
    <AuthFrame heading={<AuthHeading title={m.signInToMosaic}>{m.yourPrivateAgentsAreWaiting}</AuthHeading>}>
      <LoginForm />
    </AuthFrame>
  );
}

type Faults = Partial<Record<keyof Credentials, string>>;

const faultWords: Required<Faults> = { username: m.enterYourUserName, password: m.enterYourPassword };

/** Two fields need nothing of what larger forms are made with, and their page is the first that everybody loads. */
const useLoginForm = () => {
  const status = useOnboardingStatus();
  const login = useLogin();
  const [faults, setFaults] = useState<Faults>({});
  const username = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const entered = credentials.safeParse({ username: username.current?.value, password: password.current?.value });
    if (entered.success) {
      login.mutate(entered.data, { onSuccess: () => void status.refetch(), onError: () => enterAgain(password.current) });
      return;
    }
    const found = Object.fromEntries(
      entered.error.issues.map(({ path, code, message }) => [
        String(path[0]),
        code === "too_small" ? (faultWords as Record<string, string>)[String(path[0])] : message,
      ]),
    ) as Faults;
    setFaults(found);
    (found.username === undefined ? password : username).current?.focus();
  };
  /** A fault is over when its field is being filled in. */
  const clear = (field: keyof Faults) => (): void => setFaults(({ [field]: _over, ...others }) => others);
  return { status: status.data, login, faults, fields: { username, password }, submit, clear };
};

const enterAgain = (input: HTMLInputElement | null): void => {
  input?.focus();
  input?.select();
};

function LoginForm() {
  const router = useRouter();
  const search = useSearchParams();
  const next = safeNext(search.get("next"));
  const problem = oidcProblemText(search.get("problem"), search.get("seconds"));
  // The password form is there whatever comes of this.
  const options = useSignInOptions().data;
  const oidc = options?.oidc ?? null;
  const form = useLoginForm();
  const { status } = form;
  const isSignedIn = status?.isSignedIn === true;
  const isContinuingSetup = status?.isComplete === false;
  useEffect(() => {
    if (isSignedIn) router.replace(isContinuingSetup ? "/setup" : next);
  }, [isSignedIn, isContinuingSetup, next, router]);
  return (
    <>
      <AuthHeading title={m.signInToMosaic}>{isContinuingSetup ? m.setupIsUnfinished : m.yourPrivateAgentsAreWaiting}</AuthHeading>
      {problem === null ? null : (
        <Notice tone="danger" role="alert" title={problem.title}>
          {problem.detail}
        </Notice>
      )}
      {oidc === null || isContinuingSetup ? null : <SingleSignOn label={oidc.label} next={next} />}
      <PasswordForm form={form} variant={oidc === null ? "primary" : "secondary"} isSignedIn={isSignedIn} />
      <SignUpLine mode={options?.signUp ?? "closed"} />
    </>
  );
}

interface PasswordFormProps {
  readonly form: ReturnType<typeof useLoginForm>;
  readonly variant: "primary" | "secondary";
  readonly isSignedIn: boolean;
}

function PasswordForm({ form, variant, isSignedIn }: PasswordFormProps) {
  const { login, faults, fields, submit, clear } = form;
  const noticeId = useId();
  return (
    <form onSubmit={submit} noValidate className="grid gap-5" aria-describedby={login.error ? noticeId : undefined}>
      <Field label={m.userName} error={faults.username}>
        {(control) => (
          <Input
            {...control}
            ref={fields.username}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            onChange={clear("username")}
          />
        )}
      </Field>
      <Field label={m.password} error={faults.password}>
        {(control) => (
          <PasswordInput
            what={m.passwordToShow}
            {...control}
            ref={fields.password}
            name="password"
            autoComplete="current-password"
            onChange={clear("password")}
          />
        )}
      </Field>
      {login.error ? <LoginProblem id={noticeId} error={login.error} /> : null}
      <Button type="submit" size="lg" variant={variant} isBusy={login.isPending || isSignedIn}>
        {m.signIn}
      </Button>
    </form>
  );
}

function SignUpLine({ mode }: { readonly mode: SignUpMode }) {
  if (mode === "closed") return null;
  return (
    <p className="text-sm text-muted-foreground">
      {mode === "open" ? m.newHere : m.youWereInvited}{" "}
      <Link href="/sign-up" className="text-primary underline underline-offset-4">
        {m.makeYourAccount}
      </Link>
    </p>
  );
}

function SingleSignOn({ label, next }: { readonly label: string; readonly next: string }) {
  return (
    <div className="grid gap-5">
      <Button asChild size="lg">
        <a href={`/api/auth/oidc/start?returnTo=${encodeURIComponent(next)}`}>
          <LogIn aria-hidden />
          {m.continueWith(label)}
        </a>
      </Button>
      <p className="flex items-center gap-3 text-xs text-muted-foreground before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
        {m.orWithAPassword}
      </p>
    </div>
  );
}

function LoginProblem({ id, error }: { readonly id: string; readonly error: unknown }) {
  const { title, detail } = describeError(error);
  return (
    <div id={id}>
      <Notice tone="danger" role="alert" title={title}>
        {detail}
      </Notice>
    </div>
  );
}
