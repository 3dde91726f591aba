"use client";

import { containerList, containerView, type ContainerView } from "@mosaic/contracts/admin-containers";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Box } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { DataTable, type DataColumn } from "@/components/ui/data-table";
import { useBackendLabel } from "@/features/agents/agent-queries";
import { AgentStatus } from "@/features/agents/agent-status";
import { Loaded } from "@/features/settings/load-state";
import { toastProblem } from "@/features/settings/save-problem";
import { EmptyState, SettingsSection } from "@/features/settings/settings-section";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { formatTime } from "@/lib/time";

const key = queryKeys.admin("containers");

export function ContainersPage() {
  const containers = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await request(containerList, "/api/admin/containers", { signal })).containers,
    staleTime: 0,
    refetchInterval: 5_000,
  });
  const labelOf = useBackendLabel();
  const [stopped, setStopped] = useState<ContainerView | null>(null);
  const running = (containers.data ?? []).filter(({ status }) => status === "running").length;
  return (
    <SettingsSection
      title="Containers"
      description="Whose agents run, and since when; never what is in them. This page keeps itself up to date."
      actions={containers.data && containers.data.length > 0 ? <Badge>{running} running</Badge> : null}
    >
      <Loaded query={containers}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState icon={<Box aria-hidden />} title="No containers yet">
              Each agent gets one when it starts for the first time.
            </EmptyState>
          ) : (
            <DataTable caption="Containers" columns={columns(labelOf, setStopped)} rows={rows} rowKey={({ agentId }) => agentId} />
          )
        }
      </Loaded>
      <StopContainer container={stopped} onClose={() => setStopped(null)} />
    </SettingsSection>
  );
}

const whose = ({ owner }: ContainerView): string => (owner === null ? "System agent" : owner.displayName);

const columns = (labelOf: (backend: string) => string, onStop: (container: ContainerView) => void): DataColumn<ContainerView>[] => [
  {
    id: "agent",
    header: "Agent",
    isMain: true,
    renderCell: (container) => (
      <div className="grid gap-0.5">
        <p className="break-words font-medium">{container.agentName}</p>
        <p className="text-[0.8125rem] text-muted-foreground">{labelOf(container.backend)}</p>
      </div>
    ),
  },
  {
    id: "owner",
    header: "Whose",
    renderCell: (container) =>
      container.owner === null ? (
        <Badge tone="accent">System agent</Badge>
      ) : (
        <span className="break-words">
          {container.owner.displayName} <span className="text-muted-foreground">({container.owner.username})</span>
        </span>
      ),
  },
  {
    id: "status",
    header: "State",
    renderCell: (container) => (
      <div className="grid gap-0.5">
        <AgentStatus agent={{ status: container.status, stage: null }} />
        {container.errorCode === null ? null : <code className="break-all text-xs text-destructive">{container.errorCode}</code>}
      </div>
    ),
  },
  { id: "since", header: "Since", className: "lg:whitespace-nowrap", renderCell: ({ since }) => formatTime(since) },
  {
    id: "active",
    header: "Last activity",
    className: "lg:whitespace-nowrap",
    renderCell: ({ lastActiveAt }) =>
      lastActiveAt === null ? <span className="text-muted-foreground">None</span> : formatTime(lastActiveAt),
  },
  {
    id: "actions",
    header: "Actions",
    isActions: true,
    renderCell: (container) =>
      container.status === "running" || container.status === "starting" ? (
        <Button
          variant="danger-ghost"
          size="sm"
          aria-label={`Stop ${container.agentName} of ${whose(container)}`}
          onClick={() => onStop(container)}
        >
          Stop
        </Button>
      ) : null,
  },
];

function StopContainer({ container, onClose }: { readonly container: ContainerView | null; readonly onClose: () => void }) {
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: (agentId: string) => request(containerView, `/api/admin/containers/${agentId}/stop`, { method: "POST" }),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  if (container === null) return null;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Stop ${container.agentName} of ${whose(container)}?`}
      confirmLabel="Stop container"
      isBusy={stop.isPending}
      onConfirm={() =>
        stop.mutate(container.agentId, {
          onSuccess: () => toast.success(`${container.agentName} stops`),
          onError: toastProblem,
          onSettled: onClose,
        })
      }
    >
      <p>
        An answer in flight breaks off. Nothing is lost:{" "}
        {container.owner === null
          ? "it stays stopped until an admin starts it under System agents."
          : "the agent starts again, with its memory, when its owner writes to it."}
      </p>
    </ConfirmDialog>
  );
}
