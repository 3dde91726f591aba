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

export interface AgentLogsDialogProps {
  /** `null`: closed. */
  readonly agent: Pick<Agent, "id" | "name"> | null;
  readonly onClose: () => void;
}

export function AgentLogsDialog({ agent, onClose }: AgentLogsDialogProps) {
  const logs = useAgentLogs(agent?.id ?? null);
  return <LogsDialog name={agent?.name ?? null} logs={logs} onClose={onClose} />;
}

const noLines = "There are no lines: the agent has not run yet, or its container is gone.";

export interface LogsDialogProps {
  /** `null`: closed. */
  readonly name: string | null;
  readonly logs: Pick<ReturnType<typeof useAgentLogs>, "data" | "error" | "isFetching" | "refetch">;
  readonly onClose: () => void;
}

export function LogsDialog({ name, logs, onClose }: LogsDialogProps) {
  const lines = logs.data?.lines ?? [];
  return (
    <Dialog
      isOpen={name !== null}
      onClose={onClose}
      title={`Recent logs of ${name ?? ""}`}
      description="What the agent’s software wrote last, the newest below. Secrets are blacked out. Lines that begin with a time are Mosaic’s own; those marked [unsigned] are from an earlier start, or the agent may have written them itself."
    >
      {logs.error ? (
        <Notice tone="danger" role="alert" title={describeError(logs.error).title}>
          {describeError(logs.error).detail}
        </Notice>
      ) : (
        <Textarea
          readOnly
          aria-label="Log lines"
          rows={14}
          wrap="off"
          className="resize-none bg-muted font-mono text-xs sm:text-xs"
          value={logs.data === undefined ? "Loading…" : lines.length === 0 ? noLines : lines.join("\n")}
        />
      )}
      <div className="flex items-center gap-2">
        <Button variant="secondary" size="sm" isBusy={logs.isFetching} onClick={() => void logs.refetch()}>
          {logs.isFetching ? null : <RotateCw aria-hidden />}
          Refresh
        </Button>
        <CopyButton text={lines.join("\n")} label="Copy logs" />
      </div>
    </Dialog>
  );
}
