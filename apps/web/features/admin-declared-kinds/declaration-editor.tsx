"use client";

import type { BackendDeclaration } from "@mosaic/contracts/backend-declarations";
import { useRouter } from "next/navigation";
import { useRef, useState, type FormEvent } from "react";
import { toast } from "sonner";
import { announce } from "@/components/ui/announce";
import { Button } from "@/components/ui/button";
import { Loaded } from "@/components/page/load-state";
import { SettingsSection } from "@/components/page/settings-section";
import { useLeave, useUnsavedChanges } from "@/components/page/unsaved-guard";
import { asText, exampleText } from "@/features/admin-declared-kinds/declaration-example";
import { DeclarationHistory } from "@/features/admin-declared-kinds/declaration-history";
import { DeclarationProblem, KeptText } from "@/features/admin-declared-kinds/declaration-notices";
import { useDeclaration, useSaveDeclaration } from "@/features/admin-declared-kinds/declaration-queries";
import { faultsOf, readDeclaration, type JsonFault } from "@/features/admin-declared-kinds/json-faults";
import { JsonField } from "@/features/admin-declared-kinds/json-field";
import { isProblem } from "@/lib/api";
import { m } from "@messages/admin-declared-kinds";

const list = "/admin/backends";

/** `null`: of a new kind. */
export function DeclarationEditor({ id }: { readonly id: string | null }) {
  return id === null ? <DeclarationForm stored={null} onLoad={null} /> : <StoredDeclaration id={id} />;
}

function StoredDeclaration({ id }: { readonly id: string }) {
  const query = useDeclaration(id);
  return (
    <Loaded query={query}>
      {(stored) => <DeclarationForm stored={stored} onLoad={async () => (await query.refetch({ throwOnError: true })).data} />}
    </Loaded>
  );
}

interface DeclarationFormProps {
  readonly stored: BackendDeclaration | null;
  /** Asks for what is stored by now. */
  readonly onLoad: (() => Promise<BackendDeclaration | undefined>) | null;
}

/** The text, which stored one it was made from, and the text before it was replaced by another. */
const useTexts = (stored: BackendDeclaration | null) => {
  const [from, setFrom] = useState(stored);
  const [text, setText] = useState(stored === null ? exampleText : asText(stored.declaration));
  const [kept, setKept] = useState<string | null>(null);
  const storedText = from === null ? exampleText : asText(from.declaration);
  const replace = (next: string, isChanged: boolean): void => {
    setKept(isChanged && next !== text ? text : null);
    setText(next);
  };
  return { from, setFrom, text, setText, kept, isDirty: text !== storedText, replace };
};

const useDeclarationForm = ({ stored, onLoad }: DeclarationFormProps) => {
  const router = useRouter();
  const save = useSaveDeclaration();
  const texts = useTexts(stored);
  const { from, text } = texts;
  const [faults, setFaults] = useState<readonly JsonFault[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [isSaved, setSaved] = useState(false);
  useUnsavedChanges(texts.isDirty && !isSaved);
  const forget = (): void => {
    setFaults([]);
    setProblem(null);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    forget();
    const read = readDeclaration(text);
    if ("faults" in read) return setFaults(read.faults);
    const onSuccess = ({ declaration }: BackendDeclaration): void => {
      setSaved(true);
      toast.success(m.declarationSaved(declaration.label));
      setTimeout(() => router.push(list));
    };
    const onError = (error: unknown): void => {
      const found = faultsOf(error, "declaration", text);
      setFaults(found.faults);
      setProblem(found.rest);
    };
    save.mutate({ declaration: read.declaration, from }, { onSuccess, onError });
  };
  const loadAgain = async (): Promise<void> => {
    const now = await onLoad?.();
    if (now === undefined) return;
    forget();
    texts.setFrom(now);
    texts.replace(asText(now.declaration), texts.isDirty);
    announce(m.versionIsLoaded(now.version));
  };
  return { save, texts, faults, problem, submit, forget, loadAgain, isConflict: from !== null && isProblem(problem, "conflict") };
};

function DeclarationForm(props: DeclarationFormProps) {
  const { stored } = props;
  const router = useRouter();
  const leave = useLeave();
  const form = useDeclarationForm(props);
  const area = useRef<HTMLTextAreaElement>(null);
  const { from, text, setText, kept, isDirty, replace } = form.texts;
  const put = (next: string): void => {
    form.forget();
    replace(next, isDirty);
    area.current?.focus();
  };
  return (
    <SettingsSection
      title={from === null ? m.declareAKind : m.editTheDeclaration(from.declaration.label)}
      description={from === null ? m.saveAndPeopleMayChooseIt : m.runningAgentsRestart}
    >
      <form onSubmit={form.submit} noValidate className="grid gap-5">
        <JsonField label={m.declaration} hint={m.jsonFields} value={text} onChange={setText} faults={form.faults} fieldRef={area} />
        {kept === null ? null : <KeptText onPutBack={() => put(kept)} />}
        <DeclarationProblem error={form.problem} onLoadAgain={form.isConflict ? form.loadAgain : null} />
        <div className="flex flex-wrap gap-2 border-t pt-5">
          <Button type="submit" isBusy={form.save.isPending}>
            {from === null ? m.declareKind : m.saveDeclaration}
          </Button>
          <Button variant="ghost" onClick={() => leave(() => router.push(list))}>
            {m.cancel}
          </Button>
        </div>
      </form>
      {stored === null || from === null ? null : (
        <DeclarationHistory
          history={stored.history}
          current={from.version}
          onUse={({ declaration, version }) => {
            put(asText(declaration));
            announce(m.versionIsInTheEditor(version));
          }}
        />
      )}
    </SettingsSection>
  );
}
