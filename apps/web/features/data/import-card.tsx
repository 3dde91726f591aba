"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { announce } from "@/components/ui/announce";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Progress } from "@/components/ui/progress";
import { Select } from "@/components/ui/select";
import { useAgents } from "@/features/agents/agent-queries";
import { DataCard } from "@/features/data/data-card";
import { ImportResult } from "@/features/data/import-result";
import { wrongFileWords } from "@/features/data/import/import-words";
import { WrongFile } from "@/features/data/import/import-text";
import { runImport, type ImportOutcome } from "@/features/data/import/run-import";
import { describeError } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { formatNumber } from "@/lib/count";
import { m } from "@messages/data";

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly share: number; readonly outcome: ImportOutcome | null }
  | { readonly kind: "over"; readonly outcome: ImportOutcome | null; readonly problem: string | null };

const problemOf = (error: unknown, isStopped: boolean): string => {
  if (isStopped) return m.youStoppedTheImportWhat;
  if (error instanceof WrongFile) return wrongFileWords[error.why];
  const { title, detail } = describeError(error);
  return m.theImportBrokeOff(detail === null ? `${title}.` : `${title}. ${detail}`);
};

const useImport = (agentId: string | undefined) => {
  const client = useQueryClient();
  const [state, setState] = useState<State>({ kind: "idle" });
  const stop = useRef(new AbortController());
  const start = async (file: Blob): Promise<void> => {
    if (agentId === undefined) return;
    const stopping = new AbortController();
    stop.current = stopping;
    const last: { outcome: ImportOutcome | null } = { outcome: null };
    setState({ kind: "running", share: 0, outcome: null });
    const onProgress = (share: number, outcome: ImportOutcome): void => {
      last.outcome = outcome;
      setState({ kind: "running", share, outcome });
    };
    try {
      const outcome = await runImport(file, { agentId, signal: stopping.signal, onProgress });
      setState({ kind: "over", outcome, problem: null });
      announce(m.theImportIsDone);
    } catch (error) {
      setState({ kind: "over", outcome: last.outcome, problem: problemOf(error, stopping.signal.aborted) });
    }
    await client.invalidateQueries({ queryKey: queryKeys.conversations });
  };
  return { state, start, stop: () => stop.current.abort() };
};

export function ImportCard() {
  const agents = useAgents();
  const [chosen, setChosen] = useState<string | null>(null);
  const agentId = agents.data?.find(({ id }) => id === chosen)?.id ?? agents.data?.[0]?.id;
  const { state, start, stop } = useImport(agentId);
  const input = useRef<HTMLInputElement>(null);
  const isRunning = state.kind === "running";
  return (
    <DataCard title={m.import} description={m.conversationsFromChatgptConversationsJson}>
      <div className="flex flex-wrap items-end gap-3">
        <Select
          aria-label={m.agentOfTheImportedConversations}
          className="w-56"
          value={agentId ?? ""}
          isDisabled={isRunning || agentId === undefined}
          placeholder={m.noAgentYet}
          onChange={setChosen}
          groups={[{ label: "", options: (agents.data ?? []).map(({ id, name, emoji }) => ({ value: id, label: `${emoji} ${name}` })) }]}
        />
        <input
          ref={input}
          type="file"
          aria-label={m.fileToImport}
          accept=".json,.jsonl,.ndjson,.zip"
          className="sr-only"
          tabIndex={-1}
          disabled={isRunning || agentId === undefined}
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = "";
            if (file !== undefined) void start(file);
          }}
        />
        <Button disabled={isRunning || agentId === undefined} onClick={() => input.current?.click()}>
          {m.chooseAFile}
        </Button>
      </div>
      {isRunning ? (
        <div className="grid gap-2">
          <Progress value={state.share * 100} label={m.import} />
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="text-sm text-muted-foreground">
              {m.ofTheFileConversationsAdded(Math.floor(state.share * 100), formatNumber(state.outcome?.added ?? 0))}
            </p>
            <Button size="sm" variant="secondary" onClick={stop}>
              {m.stop}
            </Button>
          </div>
        </div>
      ) : null}
      {state.kind === "over" && state.problem !== null ? <Notice tone="danger">{state.problem}</Notice> : null}
      {state.kind === "over" && state.outcome !== null ? <ImportResult outcome={state.outcome} /> : null}
    </DataCard>
  );
}
