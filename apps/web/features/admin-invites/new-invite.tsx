"use client";

import { createInvite, type CreatedInvite } from "@mosaic/contracts/admin-users";
import { useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { CopyField } from "@/components/ui/copy-field";
import { useCreateInvite } from "@/features/admin-invites/invite-queries";
import { SaveProblem } from "@/components/page/save-problem";
import { splitFaults, useFirstFault, type Faults } from "@/lib/form-problem";
import { formatTime } from "@/lib/time";
import { m } from "@messages/admin-invites";

const lifetimes = [
  { value: "24", label: m.n1Day },
  { value: "72", label: m.n3Days },
  { value: "168", label: m.n7Days },
  { value: "720", label: m.n30Days },
  { value: "8760", label: m.n1Year },
];

const roles = [
  { value: "member", label: m.member },
  { value: "admin", label: m.admin },
];

export function NewInviteForm({ onCreated }: { readonly onCreated: (created: CreatedInvite) => void }) {
  const create = useCreateInvite();
  const [note, setNote] = useState("");
  const [role, setRole] = useState("member");
  const [maxUses, setMaxUses] = useState("1");
  const [hours, setHours] = useState("168");
  const [faults, setFaults] = useState<Faults<"note" | "maxUses">>({});
  const [rest, setRest] = useState<unknown>(null);
  const form = useFirstFault(faults);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const body = createInvite.safeParse({ note, role, maxUses: Number(maxUses), expiresInHours: Number(hours) });
    setFaults(body.success ? {} : faultsOf(body.error.issues));
    setRest(null);
    const onError = (error: unknown): void => {
      const split = splitFaults(error, ["note", "maxUses"]);
      setFaults(split.faults);
      setRest(split.rest);
    };
    if (body.success) create.mutate(body.data, { onSuccess: onCreated, onError });
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="grid gap-5">
      <Field label={m.note} isOptional hint={m.forWhomItIsOnly} error={faults.note}>
        {(control) => (
          <Input {...control} value={note} maxLength={200} autoComplete="off" onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={m.theyBecome}>
          {(control) => <Select {...control} value={role} onChange={setRole} groups={[{ label: "", options: roles }]} />}
        </Field>
        <Field label={m.expiresAfter}>
          {(control) => <Select {...control} value={hours} onChange={setHours} groups={[{ label: "", options: lifetimes }]} />}
        </Field>
      </div>
      <Field label={m.howManyPeopleMayUse} error={faults.maxUses}>
        {(control) => (
          <Input
            {...control}
            type="number"
            inputMode="numeric"
            min={1}
            max={1000}
            className="max-w-32"
            value={maxUses}
            onChange={(event) => setMaxUses(event.target.value)}
          />
        )}
      </Field>
      {role === "admin" ? <Notice tone="warning">{m.whoeverOpensThisLinkFirst}</Notice> : null}
      {rest === null ? null : <SaveProblem error={rest} />}
      <Button type="submit" className="justify-self-end" isBusy={create.isPending}>
        {m.createInvite}
      </Button>
    </form>
  );
}

const faultsOf = (issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): Faults<"note" | "maxUses"> => {
  const note = issues.find(({ path }) => path[0] === "note")?.message;
  return {
    ...(note === undefined ? {} : { note }),
    ...(issues.some(({ path }) => path[0] === "maxUses") ? { maxUses: m.aWholeNumberFrom1 } : {}),
  };
};

/** The code stands in the fragment, which browsers keep to themselves: no server log ever holds it. */
export const inviteLink = (origin: string, code: string): string => `${origin}/sign-up#invite=${encodeURIComponent(code)}`;

export function InviteLink({ created, isClosed }: { readonly created: CreatedInvite; readonly isClosed: boolean }) {
  return (
    <div className="grid gap-4">
      <Notice tone="warning" title={m.thisIsTheOnlyTime}>
        {m.mosaicKeepsOnlyAFingerprint}
      </Notice>
      {isClosed ? <Notice tone="info">{m.signUpIsClosedNow}</Notice> : null}
      <CopyField label={m.inviteLink} text={inviteLink(window.location.origin, created.code)} />
      <p className="text-sm text-muted-foreground">{m.worksUntil(created.maxUses, formatTime(created.expiresAt))}</p>
    </div>
  );
}
