"use client";

import { outboundSettings } from "@mosaic/contracts/admin-sharing";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { lineFaults, toLines, type LineFault } from "@/features/admin-network/lines";
import { SaveProblem } from "@/components/page/save-problem";
import { Loaded } from "@/components/page/load-state";
import { SettingsSection } from "@/components/page/settings-section";
import { useUnsavedChanges } from "@/components/page/unsaved-guard";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { said } from "@/lib/said";
import { m } from "@messages/admin-network";

const key = queryKeys.admin("outbound");

export function NetworkPage() {
  const settings = useQuery({ queryKey: key, queryFn: ({ signal }) => request(outboundSettings, "/api/admin/outbound", { signal }) });
  return (
    <div className="max-w-3xl">
      <SettingsSection title={m.network} description={m.whichAddressesMosaicMayCall}>
        <Notice tone="info" title={m.thePublicInternetIsAlways}>
          {m.addressesInsideYourNetworkAre}
        </Notice>
        <Loaded query={settings}>
          {({ allowedAddresses }) => <AddressForm key={allowedAddresses.join("\n")} stored={allowedAddresses} />}
        </Loaded>
        <Examples />
      </SettingsSection>
    </div>
  );
}

function AddressForm({ stored }: { readonly stored: readonly string[] }) {
  const client = useQueryClient();
  const [text, setText] = useState(stored.join("\n"));
  const [faults, setFaults] = useState<readonly LineFault[]>([]);
  const lines = toLines(text);
  const isDirty = lines.join("\n") !== stored.join("\n");
  useUnsavedChanges(isDirty);
  const save = useMutation({
    mutationFn: (allowedAddresses: string[]) =>
      request(outboundSettings, "/api/admin/outbound", { method: "PUT", body: { allowedAddresses } }),
    onSuccess: (saved) => {
      toast.success(m.allowedAddressesSaved, { description: m.theyAreInForceAt });
      client.setQueryData(key, saved);
      setText(saved.allowedAddresses.join("\n"));
    },
    onError: (error, sent) => setFaults(lineFaults(error, sent)),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setFaults([]);
    save.mutate(lines);
  };
  const message = faults.length === 0 ? undefined : faults.map((fault) => `${fault.line}: ${said(fault.message)}`).join(" · ");
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <Field label={m.allowedAddresses} hint={m.onePerLine} error={message}>
        {(control) => (
          <Textarea
            {...control}
            rows={7}
            spellCheck={false}
            autoCapitalize="none"
            className="font-mono text-[0.8125rem] sm:text-[0.8125rem]"
            placeholder={m.ollamaHome11434192168}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {save.error && faults.length === 0 ? <SaveProblem error={save.error} /> : null}
      <Button type="submit" className="justify-self-start" isBusy={save.isPending} disabled={!isDirty}>
        {m.saveAddresses}
      </Button>
    </form>
  );
}

const examples: readonly (readonly [entry: string, meaning: string])[] = [
  ["ollama.home:11434", m.ollamaOnAMachineAt],
  ["192.168.1.20", m.oneMachineEveryPort],
  ["[fd00::20]:11434", m.oneMachine],
  ["10.20.0.0/16", m.aWholeRange],
];

function Examples() {
  return (
    <section aria-label={m.examples} className="grid gap-2.5">
      <h3 className="font-medium">{m.examples}</h3>
      <dl className="divide-y rounded-xl border bg-card text-sm shadow-xs">
        {examples.map(([entry, meaning]) => (
          <div key={entry} className="flex flex-wrap gap-x-4 gap-y-0.5 px-4 py-2.5">
            <dt className="w-48 shrink-0">
              <code className="text-[0.8125rem]">{entry}</code>
            </dt>
            <dd className="text-muted-foreground">{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className="text-sm text-muted-foreground">{m.asNarrowAsPossibleIs}</p>
    </section>
  );
}
