"use client";

import { fileSettings, type FileSettings } from "@mosaic/contracts/files";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Loaded } from "@/components/page/load-state";
import { SaveProblem } from "@/components/page/save-problem";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { m } from "@messages/admin-backends";

const key = queryKeys.admin("files");
const path = "/api/admin/files";
const mebibyte = 1024 * 1024;

/** How much room one person's files in chats may take. */
export function FileQuota() {
  const settings = useQuery({ queryKey: key, queryFn: ({ signal }) => request(fileSettings, path, { signal }), staleTime: 0 });
  return (
    <section aria-labelledby="file-quota" className="grid gap-3">
      <h3 id="file-quota" className="font-medium">
        {m.filesInChats}
      </h3>
      <Loaded query={settings}>{(stored) => <QuotaForm key={stored.quotaBytes} stored={stored} />}</Loaded>
    </section>
  );
}

function QuotaForm({ stored }: { readonly stored: FileSettings }) {
  const client = useQueryClient();
  const [megabytes, setMegabytes] = useState(String(stored.quotaBytes / mebibyte));
  const save = useMutation({
    mutationFn: (body: FileSettings) => request(fileSettings, path, { method: "PUT", body }),
    onSuccess: (saved) => client.setQueryData(key, saved),
  });
  const wanted = fileSettings.safeParse({ quotaBytes: megabytes.trim() === "" ? Number.NaN : Number(megabytes) * mebibyte });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wanted.success) save.mutate(wanted.data, { onSuccess: () => toast.success(m.roomForFilesSaved) });
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-4 rounded-xl border bg-card p-4 shadow-xs sm:p-6">
      <Field label={m.roomForEachPersonMb} hint={m.filesThatPeopleSendAnd} error={wanted.success ? undefined : m.enterAWholeNumberOf}>
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            className="max-w-40"
            value={megabytes}
            onChange={(event) => setMegabytes(event.target.value)}
          />
        )}
      </Field>
      {save.error ? <SaveProblem error={save.error} /> : null}
      <Button
        type="submit"
        className="justify-self-start"
        isBusy={save.isPending}
        disabled={!wanted.success || wanted.data.quotaBytes === stored.quotaBytes}
      >
        {m.saveRoom}
      </Button>
    </form>
  );
}
