"use client";

import { tokenScope, type CreatedAccessToken, type TokenScope } from "@mosaic/contracts/access-token";
import { useId, useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/checkbox-field";
import { Field, FieldError } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useCreateToken } from "@/features/account/account-queries";
import { SaveProblem } from "@/components/page/save-problem";
import { splitFaults, useFirstFault, type Faults } from "@/lib/form-problem";

export const scopeTexts: Record<TokenScope, { label: string; description: string }> = {
  chat: { label: "Chat", description: "Talk to your agents and read those conversations." },
  read: { label: "Read", description: "Look at agents, conversations, providers and models. Never at keys." },
  manage: { label: "Manage", description: "Create, change and delete agents, providers and models." },
};

const lifetimes = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "never", label: "Never" },
];

export function NewTokenForm({ onCreated }: { readonly onCreated: (created: CreatedAccessToken) => void }) {
  const create = useCreateToken();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly TokenScope[]>(["chat"]);
  const [days, setDays] = useState("90");
  const [faults, setFaults] = useState<Faults<"name" | "scopes">>({});
  const [rest, setRest] = useState<unknown>(null);
  const form = useFirstFault(faults);
  const scopesId = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = {
      ...(name.trim() === "" ? { name: "Give the token a name" } : {}),
      ...(scopes.length === 0 ? { scopes: "Choose what the token may do" } : {}),
    };
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    setRest(null);
    create.mutate(
      { name, scopes: [...scopes], expiresInDays: days === "never" ? null : Number(days) },
      {
        onSuccess: onCreated,
        onError: (error) => {
          const split = splitFaults(error, ["name", "scopes"]);
          setFaults(split.faults);
          setRest(split.rest);
        },
      },
    );
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="grid gap-5">
      <Field label="Name" hint="Which program it is for." error={faults.name}>
        {(control) => (
          <Input {...control} value={name} maxLength={80} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <fieldset className="grid gap-2.5" aria-describedby={faults.scopes === undefined ? undefined : scopesId}>
        <legend className="mb-1.5 text-sm font-medium">It may</legend>
        {tokenScope.options.map((scope) => (
          <CheckboxField
            key={scope}
            {...scopeTexts[scope]}
            isChecked={scopes.includes(scope)}
            onChange={(isChecked) => setScopes(isChecked ? [...scopes, scope] : scopes.filter((other) => other !== scope))}
          />
        ))}
        <FieldError id={scopesId} message={faults.scopes} />
      </fieldset>
      <Field label="Expires after" hint={days === "never" ? "A token that never expires has to be revoked by hand." : undefined}>
        {(control) => <Select {...control} value={days} onChange={setDays} groups={[{ label: "", options: lifetimes }]} />}
      </Field>
      {rest === null ? null : <SaveProblem error={rest} />}
      <Button type="submit" className="justify-self-end" isBusy={create.isPending}>
        Create token
      </Button>
    </form>
  );
}
