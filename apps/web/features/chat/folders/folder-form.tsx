"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { createFolder, folderInstructionsMaxCharacters, type Folder } from "@mosaic/contracts/folders";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { SaveProblem } from "@/components/page/save-problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { useCreateFolder, useUpdateFolder } from "@/features/chat/folders/folder-queries";
import { placeFaults } from "@/lib/form-problem";
import { m } from "@messages/folders";

export interface FolderFormProps {
  /** `null`: a new one. */
  readonly folder: Folder | null;
  readonly onClose: () => void;
  readonly onSaved?: (folder: Folder) => void;
  readonly onReturnFocus?: () => void;
}

export function FolderForm({ folder, onClose, onSaved, onReturnFocus }: FolderFormProps) {
  const create = useCreateFolder();
  const update = useUpdateFolder();
  const [rest, setRest] = useState<unknown>(null);
  const form = useForm<z.input<typeof createFolder>, unknown, z.output<typeof createFolder>>({
    resolver: zodResolver(createFolder),
    defaultValues: { name: folder?.name ?? "", instructions: folder?.instructions ?? "" },
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    setRest(null);
    try {
      const saved = await (folder === null ? create.mutateAsync(values) : update.mutateAsync({ id: folder.id, ...values }));
      onSaved?.(saved);
      onClose();
    } catch (error) {
      setRest(placeFaults(error, form, ["name", "instructions"]));
    }
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={folder === null ? m.newFolder : m.edit}
      {...(onReturnFocus === undefined ? {} : { onReturnFocus })}
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        <Field label={m.name} error={errors.name?.message}>
          {(control) => <Input {...control} dir="auto" autoComplete="off" {...form.register("name")} />}
        </Field>
        <Field label={m.instructions} isOptional hint={m.instructionsHint} error={errors.instructions?.message}>
          {(control) => (
            <Textarea
              {...control}
              dir="auto"
              rows={6}
              maxLength={folderInstructionsMaxCharacters}
              placeholder={m.instructionsExample}
              {...form.register("instructions")}
            />
          )}
        </Field>
        {rest === null ? null : <SaveProblem error={rest} />}
        <div className="flex justify-end gap-2">
          <Button variant="secondary" onClick={onClose}>
            {m.cancel}
          </Button>
          <Button type="submit" isBusy={form.formState.isSubmitting}>
            {folder === null ? m.create : m.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
