"use client";

import { importBackends, type ImportedBackends } from "@mosaic/contracts/backend-declarations";
import { useRouter } from "next/navigation";
import { useRef, useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { SaveProblem } from "@/components/page/save-problem";
import { SettingsSection } from "@/components/page/settings-section";
import { useLeave, useUnsavedChanges } from "@/components/page/unsaved-guard";
import { useImportKinds } from "@/features/admin-declared-kinds/declaration-queries";
import { ImportTrial } from "@/features/admin-declared-kinds/import-trial";
import { faultsOf, type JsonFault } from "@/features/admin-declared-kinds/json-faults";
import { JsonField } from "@/features/admin-declared-kinds/json-field";
import { m } from "@messages/admin-declared-kinds";

const list = "/admin/backends";

const hasNews = ({ added, changed }: ImportedBackends): boolean => added.length + changed.length > 0;

const useImport = () => {
  const router = useRouter();
  const send = useImportKinds();
  const [content, setContent] = useState("");
  const [trial, setTrial] = useState<ImportedBackends | null>(null);
  const [faults, setFaults] = useState<readonly JsonFault[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [isDone, setDone] = useState(false);
  useUnsavedChanges(content !== "" && !isDone);
  const forget = (): void => {
    setTrial(null);
    setFaults([]);
    setProblem(null);
  };
  const put = (text: string): void => {
    forget();
    setContent(text);
  };
  const onDone = (done: ImportedBackends): void => {
    setDone(true);
    toast.success(m.imported(done.added.length, done.changed.length));
    setTimeout(() => router.push(list));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const isTrial = trial === null;
    forget();
    const tooLong = importBackends.shape.content.safeParse(content).error?.issues[0]?.message;
    if (tooLong !== undefined) return setFaults([{ path: "", message: tooLong, start: 0, end: 0, line: 1 }]);
    const onError = (error: unknown): void => {
      const found = faultsOf(error, "content", content);
      setFaults(found.faults);
      setProblem(found.rest);
    };
    send.mutate({ content, isTrial }, { onSuccess: isTrial ? setTrial : onDone, onError });
  };
  return { content, put, trial, faults, problem, submit, isBusy: send.isPending };
};

/** First shows what would come of a file, then takes it over. */
export function ImportKinds() {
  const router = useRouter();
  const leave = useLeave();
  const { content, put, trial, faults, problem, submit, isBusy } = useImport();
  return (
    <SettingsSection title={m.importKinds} description={m.anExportOfMosaicOr}>
      <form onSubmit={submit} noValidate className="grid gap-5">
        <FileChooser onText={put} />
        <JsonField label={m.contentOfTheFile} hint={m.chooseAFileOrPaste} value={content} onChange={put} faults={faults} rows={14} />
        <div role="status" className="empty:hidden">
          {trial === null ? null : <ImportTrial trial={trial} />}
        </div>
        {problem === null ? null : <SaveProblem error={problem} />}
        <div className="flex flex-wrap gap-2 border-t pt-5">
          <Button type="submit" isBusy={isBusy} disabled={content.trim() === "" || (trial !== null && !hasNews(trial))}>
            {trial === null ? m.showWhatItWouldDo : m.import}
          </Button>
          <Button variant="ghost" onClick={() => leave(() => router.push(list))}>
            {m.cancel}
          </Button>
        </div>
      </form>
    </SettingsSection>
  );
}

function FileChooser({ onText }: { readonly onText: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div>
      <input
        ref={input}
        type="file"
        aria-label={m.fileToImport}
        accept=".json,application/json"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file !== undefined) void file.text().then(onText, () => toast.error(m.theFileCantBeRead));
        }}
      />
      <Button variant="secondary" onClick={() => input.current?.click()}>
        {m.chooseAFile}
      </Button>
    </div>
  );
}
