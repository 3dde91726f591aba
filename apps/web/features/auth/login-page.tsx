"use client";

import { credentials, type Credentials } from "@mosaic/contracts/identity";
import { zodResolver } from "@hookform/resolvers/zod";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useId } from "react";
import { useForm } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { useLogin } from "@/features/auth/session";
import { safeNext } from "@/features/shell/destination";
import { Gate } from "@/features/shell/gate";
import { LogoMark } from "@/features/shell/logo";
import { useOnboardingStatus } from "@/features/shell/onboarding-status";
import { ThemeMenu } from "@/features/shell/theme-menu";
import { describeError } from "@/lib/api";

export function LoginPage() {
  return (
    <Gate page="login">
      <div className="flex min-h-dvh flex-col">
        <header className="flex justify-end p-3">
          <ThemeMenu />
        </header>
        <main id="main" tabIndex={-1} className="mx-auto grid w-full max-w-sm flex-1 content-center gap-7 p-6 pb-24 outline-none">
          <LoginForm />
        </main>
      </div>
    </Gate>
  );
}

function LoginForm() {
  const router = useRouter();
  const next = safeNext(useSearchParams().get("next"));
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
      <div className="grid gap-4">
        <LogoMark className="size-11" />
        <div className="grid gap-1.5">
          <h1 className="text-2xl font-semibold tracking-tight">Sign in to Mosaic</h1>
          <p className="text-sm text-muted-foreground">
            {isContinuingSetup
              ? "Setting up was begun. Sign in with the administrator’s account to go on."
              : "Your private agents are waiting for you."}
          </p>
        </div>
      </div>
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
        <Button type="submit" size="lg" isBusy={login.isPending || isSignedIn}>
          Sign in
        </Button>
      </form>
    </>
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
