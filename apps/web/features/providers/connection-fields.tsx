"use client";

import { providerDefinitions, type Provider } from "@mosaic/contracts/provider";
import { ExternalLink } from "lucide-react";
import { useId } from "react";
import type { UseFormReturn } from "react-hook-form";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { hasNewAddress, type ProviderValues } from "@/features/providers/provider-values";
import { m } from "@messages/providers";

export interface ConnectionFieldsProps {
  readonly form: UseFormReturn<ProviderValues>;
  readonly stored: Provider | null;
  /** Kept over a reload, but for its key. */
  readonly isDraft: boolean;
  /** The address or the key changed: what was tested no longer counts. */
  readonly onChange: () => void;
}

export function ConnectionFields({ form, stored, isDraft, onChange }: ConnectionFieldsProps) {
  const { errors } = form.formState;
  const kind = form.watch("kind");
  return (
    <div className="grid gap-5">
      <Field label={m.providerName} hint={m.howItIsCalledIn} error={errors.name?.message}>
        {(control) => <Input {...control} autoComplete="off" {...form.register("name")} />}
      </Field>
      {providerDefinitions[kind].isRealAi ? null : (
        <Notice tone="warning" title={m.thisIsNotAnAi}>
          {m.theDemoModelOnlyEchoes}
        </Notice>
      )}
      {providerDefinitions[kind].needsAddress ? (
        <>
          <Field label={m.addressBaseUrl} error={errors.baseUrl?.message}>
            {(control) => (
              <Input
                {...control}
                type="url"
                inputMode="url"
                autoComplete="off"
                spellCheck={false}
                placeholder={m.httpsLlmExampleOrgV1}
                {...form.register("baseUrl", { onChange })}
              />
            )}
          </Field>
          <KeyField form={form} stored={stored} isDraft={isDraft} onChange={onChange} />
        </>
      ) : null}
    </div>
  );
}

function KeyField({ form, stored, isDraft, onChange }: ConnectionFieldsProps) {
  const kind = form.watch("kind");
  const preset = providerDefinitions[kind];
  const isAddressNew = hasNewAddress(form.watch(), stored);
  const hasStoredKey = stored?.hasKey === true;
  const hint = hasStoredKey
    ? isAddressNew
      ? m.theAddressChangedSoEnter
      : m.aKeyIsStoredLeave
    : isDraft
      ? m.storedButNotKept
      : m.storedEncryptedAndNeverShown;
  return (
    <div className="grid gap-2.5">
      <Field
        label={m.apiKey}
        isOptional={!preset.needsKey && !hasStoredKey}
        hint={hint}
        error={form.formState.errors.apiKey?.message}
        aside={preset.keyHelpUrl === null ? null : <KeyHelp url={preset.keyHelpUrl} />}
      >
        {(control) => (
          <PasswordInput
            what={m.apiKeyToShow}
            {...control}
            autoComplete="off"
            data-1p-ignore
            placeholder={hasStoredKey && !isAddressNew ? m.leaveEmptyToKeep : ""}
            {...form.register("apiKey", { onChange })}
          />
        )}
      </Field>
      {hasStoredKey && !preset.needsKey ? <RemoveKey form={form} onChange={onChange} /> : null}
    </div>
  );
}

function RemoveKey({ form, onChange }: Pick<ConnectionFieldsProps, "form" | "onChange">) {
  const id = useId();
  return (
    <div className="flex items-center gap-2.5">
      <Checkbox
        id={id}
        checked={form.watch("removesKey")}
        onCheckedChange={(checked) => {
          form.setValue("removesKey", checked === true, { shouldDirty: true });
          form.clearErrors("apiKey");
          onChange();
        }}
      />
      <label htmlFor={id} className="text-sm">
        {m.removeTheStoredKey}
      </label>
    </div>
  );
}

function KeyHelp({ url }: { readonly url: string }) {
  return (
    <a
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      className="inline-flex items-center gap-1 rounded-sm text-[0.8125rem] text-primary underline decoration-primary/40 underline-offset-4 hover:decoration-primary"
    >
      {m.whereDoIGetA}
      <ExternalLink aria-hidden className="size-3" />
      <span className="sr-only">{m.opensInANewTab}</span>
    </a>
  );
}
