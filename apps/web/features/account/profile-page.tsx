"use client";

import { displayName, type Profile } from "@mosaic/contracts/account";
import { useRef, useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { useProfile, useSaveProfile } from "@/features/account/account-queries";
import { LanguageSection } from "@/features/account/language-section";
import { PasswordSection } from "@/features/account/password-section";
import { Loaded } from "@/components/page/load-state";
import { SettingsSection } from "@/components/page/settings-section";
import { useUnsavedChanges } from "@/components/page/unsaved-guard";
import { describeError } from "@/lib/api";
import { splitFaults } from "@/lib/form-problem";
import { m } from "@messages/account";

export function ProfilePage() {
  const profile = useProfile();
  return (
    <Loaded query={profile}>
      {(data) => (
        <div className="grid gap-12">
          <SettingsSection title={m.profile} description={m.howYouAreCalledHere}>
            <NameForm profile={data} />
            <Facts profile={data} />
          </SettingsSection>
          <LanguageSection profile={data} />
          {data.hasPassword ? <PasswordSection username={data.username} isBreakglass={data.isBreakglass} /> : null}
        </div>
      )}
    </Loaded>
  );
}

function NameForm({ profile }: { readonly profile: Profile }) {
  const save = useSaveProfile();
  const [name, setName] = useState(profile.displayName);
  const [fault, setFault] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const isDirty = name !== profile.displayName;
  useUnsavedChanges(isDirty);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const parsed = displayName.safeParse(name);
    if (!parsed.success) {
      setFault(parsed.error.issues[0]?.message);
      input.current?.focus();
      return;
    }
    setFault(undefined);
    save.mutate(
      { displayName: parsed.data },
      {
        onSuccess: (saved) => {
          setName(saved.displayName);
          toast.success(m.profileSaved);
        },
        onError: (error) => {
          setFault(splitFaults(error, ["displayName"]).faults.displayName ?? describeError(error).detail ?? describeError(error).title);
          input.current?.focus();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate className="grid max-w-md gap-4">
      <Field label={m.displayName} error={fault}>
        {(control) => <Input {...control} ref={input} value={name} autoComplete="name" onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Button type="submit" className="justify-self-start" isBusy={save.isPending} disabled={!isDirty}>
        {m.saveName}
      </Button>
    </form>
  );
}

function Facts({ profile }: { readonly profile: Profile }) {
  const ways = [...(profile.hasPassword ? [m.password] : []), ...profile.identities.map(({ issuer }) => m.singleSignOn(issuer))];
  return (
    <>
      <dl className="grid max-w-2xl gap-x-6 gap-y-3 rounded-xl border bg-card p-4 text-sm shadow-xs sm:grid-cols-[10rem_1fr]">
        <Fact name={m.userName}>{profile.username}</Fact>
        <Fact name={m.eMail}>{profile.email ?? <span className="text-muted-foreground">{m.noneIsKnownYourSign}</span>}</Fact>
        <Fact name={m.role}>
          {profile.role === "admin" ? m.admin : m.member} {profile.isBreakglass ? <Badge>{m.breakglassAccount}</Badge> : null}
        </Fact>
        <Fact name={m.youSignInWith}>{ways.join(", ")}</Fact>
      </dl>
      {profile.isBreakglass ? (
        <Notice tone="info" title={m.thisIsTheBreakglassAccount}>
          {m.itAlwaysWorksWhateverHappens}
        </Notice>
      ) : null}
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-muted-foreground">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}
