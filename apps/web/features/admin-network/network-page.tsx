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

const key = queryKeys.admin("outbound");

export function NetworkPage() {
  const settings = useQuery({ queryKey: key, queryFn: ({ signal }) => request(outboundSettings, "/api/admin/outbound", { signal }) });
  return (
    <div className="max-w-3xl">
      <SettingsSection title="Network" description="Which addresses Mosaic may call for its users: providers, and sign-in servers.">
        <Notice tone="info" title="The public internet is always allowed">
          Addresses inside your network are not: otherwise anybody here could use Mosaic to reach machines that are none of their business.
          Allow the ones that people need.
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
      toast.success("Allowed addresses saved", { description: "They are in force at once." });
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
  const message = faults.length === 0 ? undefined : faults.map((fault) => `${fault.line}: ${fault.message}`).join(" · ");
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <Field label="Allowed addresses" hint="One per line." error={message}>
        {(control) => (
          <Textarea
            {...control}
            rows={7}
            spellCheck={false}
            autoCapitalize="none"
            className="font-mono text-[0.8125rem] sm:text-[0.8125rem]"
            placeholder={"ollama.home:11434\n192.168.1.20"}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {save.error && faults.length === 0 ? <SaveProblem error={save.error} /> : null}
      <Button type="submit" className="justify-self-start" isBusy={save.isPending} disabled={!isDirty}>
        Save addresses
      </Button>
    </form>
  );
}

const examples: readonly (readonly [entry: string, meaning: string])[] = [
  ["ollama.home:11434", "Ollama on a machine at home: this name, and this port only"],
  ["192.168.1.20", "one machine, on every port"],
  ["[fd00::20]:11434", "one machine with IPv6, on one port"],
  ["10.20.0.0/16", "a whole range"],
];

function Examples() {
  return (
    <section aria-label="Examples" className="grid gap-2.5">
      <h3 className="font-medium">Examples</h3>
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
      <p className="text-sm text-muted-foreground">
        As narrow as possible is best: a name with its port rather than a range. Addresses that belong to Mosaic itself and to its machine’s
        own services stay refused where they could do harm.
      </p>
    </section>
  );
}
