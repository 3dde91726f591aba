"use client";

import type { ProviderTestResult } from "@mosaic/contracts/provider";
import { useId } from "react";
import type { UseFormReturn } from "react-hook-form";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { ProviderValues } from "@/features/providers/provider-values";
import { m } from "@messages/providers";

/** What models that write speech down are called. */
const transcribing = /whisper|transcri|speech-to-text|\basr\b/i;

export interface DictationFieldProps {
  readonly form: UseFormReturn<ProviderValues>;
  readonly found: ProviderTestResult["models"];
}

export function DictationField({ form, found }: DictationFieldProps) {
  const listId = useId();
  return (
    <Field label={m.dictationModel} isOptional hint={m.writesDownWhatPeopleSay} error={form.formState.errors.transcriptionModel?.message}>
      {(control) => (
        <>
          <Input {...control} list={listId} autoComplete="off" {...form.register("transcriptionModel")} />
          <datalist id={listId}>
            {found
              .filter(({ id }) => transcribing.test(id))
              .map(({ id }) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
