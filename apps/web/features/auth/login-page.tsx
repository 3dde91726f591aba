"use client";

import type { SignUpMode } from "@mosaic/contracts/account";
import { credentials, type Credentials } from "@mosaic/contracts/identity";
import { zodResolver } from "@hookform/resolvers/zod";
import { LogIn } from "lucide-react";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useId } from "react";
import { useForm } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { AuthFrame, AuthHeading } from "@/features/auth/auth-frame";
import { oidcProblemText } from "@/features/auth/oidc-problem";
import { useLogin, useSignInOptions } from "@/features/auth/session";
import { safeNext } from "@/features/entry/destination";
import { useOnboardingStatus } from "@/features/entry/onboarding-status";
import { describeError } from "@/lib/api";

export function LoginPage() {
  return (
    <AuthFrame>
      <LoginForm />
    </AuthFrame>
  );
}

function LoginForm() {
  const router = useRouter();
  const search = useSearchParams();
  const next = safeNext(search.get("next"));
  const problem = oidcProblemText(search.get("problem"), search.get("seconds"));
  // The password form is there whatever comes of this.
  const options = useSignInOptions().data;
  const oidc = options?.oidc ?? null;
  const status = useOnboardingStatus();
  const login = useLogin();
  const noticeId = useId();
  const form = useForm<Credentials>({ resolver: zodResolver(credentials), defaultValues: { username: "", password: "" } });
  const { errors } = form.formState;
  const isSignedIn = status.data?.isSignedIn === true;
  const isContinuingSetup = status.data?.isComplete === false;
  useEffect(() => {
    if (isSignedIn) router.replace(isContinuingSetup ? "/setup" : next);
  }, [isSignedIn, isContinuingSetup, next, router]);
  const submit = form.handleSubmit((values) =>
    login.mutate(values, {
      onSuccess: () => void status.refetch(),
      onError: () => form.setFocus("password", { shouldSelect: true }),
    }),
  );
  return (
    <>
      <AuthHeading title="Sign in to Mosaic">
        {isContinuingSetup
          ? "Setting up was begun. Sign in with the administrator’s account to go on."
          : "Your private agents are waiting for you."}
      </AuthHeading>
      {problem === null ? null : (
        <Notice tone="danger" role="alert" title={problem.title}>
          {problem.detail}
        </Notice>
      )}
      {oidc === null || isContinuingSetup ? null : <SingleSignOn label={oidc.label} next={next} />}
      <form
        onSubmit={(event) => void submit(event)}
        noValidate
        className="grid gap-5"
        aria-describedby={login.error ? noticeId : undefined}
      >
        <Field label="User name" error={errors.username && "Enter your user name"}>
          {(control) => (
            <Input {...control} autoComplete="username" autoCapitalize="none" spellCheck={false} {...form.register("username")} />
          )}
        </Field>
        <Field label="Password" error={errors.password && "Enter your password"}>
          {(control) => <PasswordInput what="password" {...control} autoComplete="current-password" {...form.register("password")} />}
        </Field>
        {login.error ? <LoginProblem id={noticeId} error={login.error} /> : null}
        <Button type="submit" size="lg" variant={oidc === null ? "primary" : "secondary"} isBusy={login.isPending || isSignedIn}>
          Sign in
        </Button>
      </form>
      <SignUpLine mode={options?.signUp ?? "closed"} />
    </>
  );
}

function SignUpLine({ mode }: { readonly mode: SignUpMode }) {
  if (mode === "closed") return null;
  return (
    <p className="text-sm text-muted-foreground">
      {mode === "open" ? "New here?" : "You were invited?"}{" "}
      <Link href="/sign-up" className="text-primary underline underline-offset-4">
        Make your account
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
          Continue with {label}
        </a>
      </Button>
      <p className="flex items-center gap-3 text-xs text-muted-foreground before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
        or with a password
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
