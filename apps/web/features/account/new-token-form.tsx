"use client";

import { tokenScope, type CreateAccessToken, type CreatedAccessToken, type TokenScope } from "@mosaic/contracts/access-token";
import { useId, useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/checkbox-field";
import { Field, FieldError } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useCreateToken } from "@/features/account/account-queries";
import { SaveProblem } from "@/components/page/save-problem";
import { splitFaults, useFirstFault, type Faults } from "@/lib/form-problem";
import { m } from "@messages/account";

export const scopeTexts: Record<TokenScope, { label: string; description: string }> = {
  chat: { label: m.chat, description: m.talkToYourAgentsAnd },
  read: { label: m.read, description: m.lookAtAgentsConversationsProviders },
  manage: { label: m.manage, description: m.createChangeAndDeleteAgents },
};

const lifetimes = [
  { value: "7", label: m.n7Days },
  { value: "30", label: m.n30Days },
  { value: "90", label: m.n90Days },
  { value: "365", label: m.n1Year },
  { value: "never", label: m.never },
];

type ChatSettings = Pick<CreateAccessToken, "showsConversations" | "usesPlainModel">;
const usualChat: ChatSettings = { showsConversations: true, usesPlainModel: false };

export function NewTokenForm({ onCreated }: { readonly onCreated: (created: CreatedAccessToken) => void }) {
  const create = useCreateToken();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly TokenScope[]>(["chat"]);
  const [chat, setChat] = useState(usualChat);
  const [days, setDays] = useState("90");
  const [faults, setFaults] = useState<Faults<"name" | "scopes">>({});
  const [rest, setRest] = useState<unknown>(null);
  const form = useFirstFault(faults);
  const isForChat = scopes.includes("chat");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = {
      ...(name.trim() === "" ? { name: m.giveTheTokenAName } : {}),
      ...(scopes.length === 0 ? { scopes: m.chooseWhatTheTokenMay } : {}),
    };
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    setRest(null);
    create.mutate(
      { name, scopes: [...scopes], expiresInDays: days === "never" ? null : Number(days), ...(isForChat ? chat : usualChat) },
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
      <Field label={m.name} hint={m.whichProgramItIsFor} error={faults.name}>
        {(control) => (
          <Input {...control} value={name} maxLength={80} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <ScopesField scopes={scopes} fault={faults.scopes} onChange={setScopes} />
      {isForChat ? <ChatChoices chat={chat} onChange={setChat} /> : null}
      <Field label={m.expiresAfter} hint={days === "never" ? m.aTokenThatNeverExpires : undefined}>
        {(control) => <Select {...control} value={days} onChange={setDays} groups={[{ label: "", options: lifetimes }]} />}
      </Field>
      {rest === null ? null : <SaveProblem error={rest} />}
      <Button type="submit" className="justify-self-end" isBusy={create.isPending}>
        {m.createToken}
      </Button>
    </form>
  );
}

interface ScopesFieldProps {
  readonly scopes: readonly TokenScope[];
  readonly fault: string | undefined;
  readonly onChange: (scopes: readonly TokenScope[]) => void;
}

function ScopesField({ scopes, fault, onChange }: ScopesFieldProps) {
  const id = useId();
  return (
    <fieldset className="grid gap-2.5" aria-describedby={fault === undefined ? undefined : id}>
      <legend className="mb-1.5 text-sm font-medium">{m.itMay}</legend>
      {tokenScope.options.map((scope) => (
        <CheckboxField
          key={scope}
          {...scopeTexts[scope]}
          isChecked={scopes.includes(scope)}
          onChange={(isChecked) => onChange(isChecked ? [...scopes, scope] : scopes.filter((other) => other !== scope))}
        />
      ))}
      <FieldError id={id} message={fault} />
    </fieldset>
  );
}

function ChatChoices({ chat, onChange }: { readonly chat: ChatSettings; readonly onChange: (chat: ChatSettings) => void }) {
  return (
    <fieldset className="grid gap-2.5">
      <legend className="mb-1.5 text-sm font-medium">{m.inTheChat}</legend>
      <CheckboxField
        label={m.showItsConversations}
        description={m.theyAreInYourList}
        isChecked={chat.showsConversations && !chat.usesPlainModel}
        isDisabled={chat.usesPlainModel}
        onChange={(showsConversations) => onChange({ ...chat, showsConversations })}
      />
      <CheckboxField
        label={m.answerWithTheModelAlone}
        description={m.withoutTheAgentAndIts}
        isChecked={chat.usesPlainModel}
        onChange={(usesPlainModel) => onChange({ ...chat, usesPlainModel })}
      />
    </fieldset>
  );
}
