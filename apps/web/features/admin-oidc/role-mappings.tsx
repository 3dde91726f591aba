"use client";

import type { RoleMapping } from "@mosaic/contracts/oidc";
import { Plus, X } from "lucide-react";
import { useId, useRef } from "react";
import { Button } from "@/components/ui/button";
import { FieldError } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { m } from "@messages/admin-oidc";

export interface RoleMappingsProps {
  readonly value: readonly RoleMapping[];
  readonly onChange: (mappings: RoleMapping[]) => void;
  readonly error: string | undefined;
}

const roleChoices = [
  {
    label: "",
    options: [
      { value: "admin", label: m.admin },
      { value: "member", label: m.member },
    ],
  },
];

export function RoleMappings({ value, onChange, error }: RoleMappingsProps) {
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const change = (at: number, part: Partial<RoleMapping>): void =>
    onChange(value.map((mapping, index) => (index === at ? { ...mapping, ...part } : mapping)));
  const add = (): void => {
    onChange([...value, { claim: "groups", value: "", role: "admin" }]);
    setTimeout(() => list.current?.querySelector<HTMLInputElement>("li:last-child input")?.focus());
  };
  return (
    <fieldset className="grid gap-2.5" aria-describedby={`${id}-hint${error ? ` ${id}-error` : ""}`}>
      <legend className="mb-1.5 text-sm font-medium">
        {m.roles} <span className="font-normal text-muted-foreground">{m.optional}</span>
      </legend>
      <p id={`${id}-hint`} className="text-[0.8125rem] text-muted-foreground">
        {m.whatTheSignInServer}
      </p>
      <ul ref={list} className="grid gap-3 empty:hidden">
        {value.map((mapping, index) => (
          <Rule
            // oxlint-disable-next-line react/no-array-index-key -- a rule has no other identity, and rules never change places
            key={index}
            number={index + 1}
            mapping={mapping}
            hasFault={error !== undefined}
            onChange={(part) => change(index, part)}
            onRemove={() => onChange(value.filter((_, at) => at !== index))}
          />
        ))}
      </ul>
      <FieldError id={`${id}-error`} message={error} />
      {value.length < 20 ? (
        <Button variant="secondary" size="sm" className="justify-self-start" onClick={add}>
          <Plus aria-hidden />
          {m.addRule}
        </Button>
      ) : null}
    </fieldset>
  );
}

interface RuleProps {
  readonly number: number;
  readonly mapping: RoleMapping;
  readonly hasFault: boolean;
  readonly onChange: (part: Partial<RoleMapping>) => void;
  readonly onRemove: () => void;
}

function Rule({ number, mapping, hasFault, onChange, onRemove }: RuleProps) {
  const faultOf = (text: string): { "aria-invalid"?: true } => (hasFault && text.trim() === "" ? { "aria-invalid": true } : {});
  return (
    <li className="flex flex-wrap items-center gap-2 rounded-lg border bg-card p-3 text-sm">
      <span className="shrink-0 text-muted-foreground">{m.if}</span>
      <Input
        aria-label={m.claimOfRule(number)}
        className="w-auto min-w-32 flex-1 basis-32"
        placeholder={m.groups}
        autoCapitalize="none"
        spellCheck={false}
        value={mapping.claim}
        {...faultOf(mapping.claim)}
        onChange={(event) => onChange({ claim: event.target.value })}
      />
      <span className="shrink-0 text-muted-foreground">{m.contains}</span>
      <Input
        aria-label={m.valueOfRule(number)}
        className="w-auto min-w-32 flex-1 basis-32"
        placeholder={m.mosaicAdmins}
        autoCapitalize="none"
        spellCheck={false}
        value={mapping.value}
        {...faultOf(mapping.value)}
        onChange={(event) => onChange({ value: event.target.value })}
      />
      <span className="shrink-0 text-muted-foreground">{m.theyAre}</span>
      <Select
        aria-label={m.roleOfRule(number)}
        className="w-32"
        value={mapping.role}
        onChange={(role) => onChange({ role: role === "admin" ? "admin" : "member" })}
        groups={roleChoices}
      />
      <Button variant="ghost" size="icon" className="size-10" aria-label={m.removeRule(number)} onClick={onRemove}>
        <X aria-hidden />
      </Button>
    </li>
  );
}
