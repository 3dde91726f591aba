"use client";

import type { OidcSettings, SaveOidc } from "@mosaic/contracts/oidc";
import { useEffect, useId, useState, type FormEvent, type ReactNode } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { Switch } from "@/components/ui/switch";
import { TagInput } from "@/components/ui/tag-input";
import { CopyField } from "@/components/ui/copy-field";
import { OidcHelp } from "@/features/admin-oidc/oidc-help";
import { OidcTest } from "@/features/admin-oidc/oidc-test";
import {
  checkOidc,
  hasFaults,
  oidcFields,
  toSaveOidc,
  toTestOidc,
  toValues,
  type OidcFaults,
  type OidcValues,
} from "@/features/admin-oidc/oidc-values";
import { RoleMappings } from "@/features/admin-oidc/role-mappings";
import { SaveProblem } from "@/components/page/save-problem";
import { splitFaults, useFirstFault } from "@/lib/form-problem";
import { useLeave } from "@/lib/use-leave";
import { m } from "@messages/admin-oidc";

export interface OidcFormProps {
  readonly stored: OidcSettings;
  /** What was entered before, and who hears of it when the form goes away. */
  readonly initial?: OidcValues | null;
  readonly onLeave?: (values: OidcValues) => void;
  readonly onSave: (body: SaveOidc) => Promise<unknown>;
  readonly onDirty: (isDirty: boolean) => void;
  readonly renderActions: (state: { readonly isSaving: boolean; readonly isDirty: boolean }) => ReactNode;
}

export function OidcForm(props: OidcFormProps) {
  const { stored, renderActions } = props;
  const { values, set, faults, saveError, isSaving, isDirty, form, submit } = useOidcForm(props);
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate className="grid gap-6">
      <Toggle label={m.offerItOnTheSign} text={m.offKeptAndUsedBy} isOn={values.isEnabled} onChange={(isEnabled) => set({ isEnabled })} />
      <CopyField label={m.redirectUri} text={stored.redirectUri} />
      <p className="-mt-4 text-[0.8125rem] text-muted-foreground">{m.registerExactlyThisAddressAt}</p>
      <OidcHelp />
      <Server values={values} set={set} faults={faults} stored={stored} isDraft={props.onLeave !== undefined} />
      <People values={values} set={set} faults={faults} />
      {saveError === null ? null : <SaveProblem error={saveError} />}
      {renderActions({ isSaving, isDirty })}
    </form>
  );
}

const useOidcForm = ({ stored, initial: entered = null, onLeave, onSave, onDirty }: OidcFormProps) => {
  const [initial] = useState(() => toValues(stored));
  const [values, setValues] = useState(entered ?? initial);
  useLeave(() => onLeave?.(values));
  const [faults, setFaults] = useState<OidcFaults>({});
  const [saveError, setSaveError] = useState<unknown>(null);
  const [isSaving, setSaving] = useState(false);
  const form = useFirstFault(faults);
  const isDirty = JSON.stringify(values) !== JSON.stringify(initial);
  useEffect(() => onDirty(isDirty), [isDirty, onDirty]);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found = checkOidc(values, stored);
    setFaults(found);
    setSaveError(null);
    if (hasFaults(found) || isSaving) return;
    setSaving(true);
    try {
      await onSave(toSaveOidc(values));
    } catch (error) {
      const { faults: placed, rest } = splitFaults(error, oidcFields);
      setFaults(placed);
      setSaveError(rest);
    } finally {
      setSaving(false);
    }
  };
  const set = (changes: Partial<OidcValues>): void => {
    setValues((known) => ({ ...known, ...changes }));
    setFaults((known) => Object.fromEntries(Object.entries(known).filter(([field]) => !(field in changes))));
  };
  return { values, set, faults, saveError, isSaving, isDirty, form, submit };
};

interface PartProps {
  readonly values: OidcValues;
  readonly faults: OidcFaults;
  readonly set: (changes: Partial<OidcValues>) => void;
}

type ServerProps = PartProps & { readonly stored: OidcSettings; /** Kept over a reload, but for its secret. */ readonly isDraft: boolean };

function Server({ values, set, faults, stored, isDraft }: ServerProps) {
  return (
    <div className="grid gap-5">
      <Field label={m.issuer} hint={m.theAddressOfYourSign} error={faults.issuer}>
        {(control) => (
          <Input
            {...control}
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={m.httpsLoginExampleOrgRealms}
            value={values.issuer}
            onChange={(event) => set({ issuer: event.target.value })}
          />
        )}
      </Field>
      <Field label={m.clientId} error={faults.clientId}>
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            spellCheck={false}
            value={values.clientId}
            onChange={(event) => set({ clientId: event.target.value })}
          />
        )}
      </Field>
      <ClientSecret values={values} set={set} faults={faults} stored={stored} isDraft={isDraft} />
      <OidcTest asked={toTestOidc(values)} />
      <Field label={m.labelOfTheButton} hint={m.peopleSeeContinueWith(values.label.trim() || "…")} error={faults.label}>
        {(control) => (
          <Input
            {...control}
            maxLength={60}
            autoComplete="off"
            value={values.label}
            onChange={(event) => set({ label: event.target.value })}
          />
        )}
      </Field>
      <Field label={m.scopes} hint={m.openidIsAlwaysNeededAdd} error={faults.scopes}>
        {(control) => <TagInput control={control} value={values.scopes} onChange={(scopes) => set({ scopes })} />}
      </Field>
    </div>
  );
}

function ClientSecret({ values, set, faults, stored, isDraft }: ServerProps) {
  const id = useId();
  return (
    <>
      <Field
        label={m.clientSecret}
        hint={stored.hasClientSecret ? m.aSecretIsStoredLeave : isDraft ? m.storedButNotKept : m.storedEncryptedAndNeverShown}
        error={faults.clientSecret}
      >
        {(control) => (
          <PasswordInput
            {...control}
            what={m.clientSecretInSentence}
            autoComplete="new-password"
            placeholder={stored.hasClientSecret ? "••••••••" : ""}
            disabled={values.hasNoSecret}
            value={values.hasNoSecret ? "" : values.clientSecret}
            onChange={(event) => set({ clientSecret: event.target.value })}
          />
        )}
      </Field>
      <div className="-mt-2 flex items-center gap-2.5">
        <Checkbox
          id={id}
          checked={values.hasNoSecret}
          onCheckedChange={(checked) => set({ hasNoSecret: checked === true, clientSecret: "" })}
        />
        <label htmlFor={id} className="text-sm">
          {m.thisClientHasNoSecret}
        </label>
      </div>
    </>
  );
}

function People({ values, set, faults }: PartProps) {
  return (
    <div className="grid gap-5 border-t pt-6">
      <h3 className="font-medium">{m.whoMayComeIn}</h3>
      <Toggle
        label={m.makeAccountsByItself}
        text={m.somebodyNewGetsAnAccount}
        isOn={values.autoCreate}
        onChange={(autoCreate) => set({ autoCreate })}
      />
      <Field label={m.allowedEMailDomains} isOptional hint={m.emptyAnybodyWhomTheSign} error={faults.allowedEmailDomains}>
        {(control) => (
          <TagInput
            control={control}
            placeholder={m.exampleOrg}
            value={values.allowedEmailDomains}
            onChange={(allowedEmailDomains) => set({ allowedEmailDomains })}
          />
        )}
      </Field>
      <RoleMappings value={values.roleMappings} onChange={(roleMappings) => set({ roleMappings })} error={faults.roleMappings} />
    </div>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly text: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

function Toggle({ label, text, isOn, onChange }: ToggleProps) {
  const id = useId();
  return (
    <div className="flex items-center gap-4 rounded-lg border bg-card px-4 py-3">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        <p id={`${id}-text`} className="text-[0.8125rem] text-muted-foreground">
          {text}
        </p>
      </div>
      <Switch id={id} aria-describedby={`${id}-text`} checked={isOn} onCheckedChange={onChange} />
    </div>
  );
}
