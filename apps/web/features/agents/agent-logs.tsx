"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { RotateCw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import { Textarea } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { useAgentLogs } from "@/features/agents/agent-queries";
import { describeError } from "@/lib/api";
import { m } from "@messages/agents";

export interface AgentLogsDialogProps {
  /** `null`: closed. */
  readonly agent: Pick<Agent, "id" | "name"> | null;
  readonly onClose: () => void;
}

export function AgentLogsDialog({ agent, onClose }: AgentLogsDialogProps) {
  const logs = useAgentLogs(agent?.id ?? null);
  return <LogsDialog name={agent?.name ?? null} logs={logs} onClose={onClose} />;
}

const noLines = m.thereAreNoLinesThe;

export interface LogsDialogProps {
  /** `null`: closed. */
  readonly name: string | null;
  readonly logs: Pick<ReturnType<typeof useAgentLogs>, "data" | "error" | "isFetching" | "refetch">;
  readonly onClose: () => void;
}

export function LogsDialog({ name, logs, onClose }: LogsDialogProps) {
  const lines = logs.data?.lines ?? [];
  return (
    <Dialog isOpen={name !== null} onClose={onClose} title={m.recentLogsOf(name ?? "")} description={m.whatTheAgentsSoftwareWrote}>
      {logs.error ? (
        <Notice tone="danger" role="alert" title={describeError(logs.error).title}>
          {describeError(logs.error).detail}
        </Notice>
      ) : (
        <Textarea
          readOnly
          aria-label={m.logLines}
          rows={14}
          wrap="off"
          className="resize-none bg-muted font-mono text-xs sm:text-xs"
          value={logs.data === undefined ? "Loading…" : lines.length === 0 ? noLines : lines.join("\n")}
        />
      )}
      <div className="flex items-center gap-2">
        <Button variant="secondary" size="sm" isBusy={logs.isFetching} onClick={() => void logs.refetch()}>
          {logs.isFetching ? null : <RotateCw aria-hidden />}
          {m.refresh}
        </Button>
        <CopyButton text={lines.join("\n")} label={m.copyLogs} />
      </div>
    </Dialog>
  );
}
