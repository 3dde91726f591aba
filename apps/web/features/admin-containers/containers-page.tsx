"use client";

import { containerList, containerView, type ContainerView } from "@mosaic/contracts/admin-containers";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Box } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { DataTable, type DataColumn } from "@/components/ui/data-table";
import { PageButtons } from "@/components/ui/pagination";
import { SearchInput } from "@/components/ui/search-input";
import { Select } from "@/components/ui/select";
import { toQuery, useUrlFilters, type UrlFilters } from "@/lib/url-filters";
import { useBackendLabel } from "@/features/agents/agent-queries";
import { AgentStatus } from "@/features/agents/agent-status";
import { DiskUse } from "@/features/agents/disk-use";
import { Loaded } from "@/components/page/load-state";
import { toastProblem } from "@/lib/toast-problem";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";
import { request } from "@/lib/api";
import { formatCount } from "@/lib/count";
import { queryKeys } from "@/lib/query-keys";
import { formatTime } from "@/lib/time";
import { m } from "@messages/admin-containers";

const key = queryKeys.admin("containers");
const filterNames = ["search", "status"];

const useContainers = (filters: UrlFilters) => {
  const parameters = {
    search: filters.get("search"),
    status: filters.get("status"),
    after: filters.get("after"),
    before: filters.get("before"),
  };
  return useQuery({
    queryKey: [...key, parameters],
    queryFn: ({ signal }) => request(containerList, `/api/admin/containers?${toQuery(parameters)}`, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: 5_000,
  });
};

export function ContainersPage() {
  const filters = useUrlFilters(filterNames);
  const containers = useContainers(filters);
  const labelOf = useBackendLabel();
  const [stopped, setStopped] = useState<ContainerView | null>(null);
  const running = containers.data?.running ?? 0;
  return (
    <SettingsSection
      title={m.containers}
      description={m.whoseAgentsRunAndSince}
      actions={running > 0 ? <Badge>{m.running(formatCount(running))}</Badge> : null}
    >
      <ContainerFilterBar filters={filters} />
      <Loaded query={containers}>
        {({ containers: rows, previous, next }) =>
          rows.length === 0 ? (
            <NothingFound filters={filters} />
          ) : (
            <div className="grid gap-4">
              <DataTable
                caption={m.containers}
                columns={columns(labelOf, setStopped)}
                rows={rows}
                rowKey={({ agentId }) => agentId}
                isStale={containers.isPlaceholderData}
              />
              {previous === null && next === null ? null : (
                <nav aria-label={m.pages} className="flex justify-end">
                  <PageButtons
                    onPrevious={previous === null ? null : () => filters.set({ before: previous, after: "" })}
                    onNext={next === null ? null : () => filters.set({ after: next, before: "" })}
                  />
                </nav>
              )}
            </div>
          )
        }
      </Loaded>
      <StopContainer container={stopped} onClose={() => setStopped(null)} />
    </SettingsSection>
  );
}

const firstPage = { after: "", before: "" };

function ContainerFilterBar({ filters }: { readonly filters: UrlFilters }) {
  return (
    <div role="search" aria-label={m.containers} className="flex flex-wrap gap-2.5">
      <SearchInput
        label={m.searchContainers}
        placeholder={m.nameOfAnAgentOr}
        className="min-w-52 flex-1"
        value={filters.get("search")}
        onSearch={(search) => filters.set({ search, ...firstPage })}
      />
      <Select
        aria-label={m.state}
        className="w-auto min-w-36 flex-1 sm:w-36 sm:flex-none"
        value={filters.get("status") || "all"}
        onChange={(status) => filters.set({ status: status === "all" ? "" : status, ...firstPage })}
        groups={[{ label: "", options: states }]}
      />
    </div>
  );
}

const states = [
  { value: "all", label: m.anyState },
  { value: "running", label: m.runningTitle },
  { value: "starting", label: m.starting },
  { value: "stopping", label: m.stopping },
  { value: "stopped", label: m.stopped },
  { value: "error", label: m.failed },
];

function NothingFound({ filters }: { readonly filters: UrlFilters }) {
  const isFirstPage = filters.get("after") === "" && filters.get("before") === "";
  if (!filters.isFiltered && isFirstPage) {
    return (
      <EmptyState icon={<Box aria-hidden />} title={m.noContainersYet}>
        {m.eachAgentGetsOneWhen}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<Box aria-hidden />}
      title={m.noContainersHere}
      action={
        <Button variant="secondary" onClick={filters.clear}>
          {m.showAllContainers}
        </Button>
      }
    >
      {filters.isFiltered ? m.noContainerFitsThisSearch : m.theContainersOfThisPage}
    </EmptyState>
  );
}

const whose = ({ owner }: ContainerView): string => (owner === null ? m.systemAgent : owner.displayName);

const diskColumn: DataColumn<ContainerView> = {
  id: "disk",
  header: m.files,
  className: "lg:whitespace-nowrap",
  renderCell: ({ disk }) => <DiskUse disk={disk} />,
};

const columns = (labelOf: (backend: string) => string, onStop: (container: ContainerView) => void): DataColumn<ContainerView>[] => [
  {
    id: "agent",
    header: m.agent,
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
    header: m.whose,
    renderCell: (container) =>
      container.owner === null ? (
        <Badge tone="accent">{m.systemAgent}</Badge>
      ) : (
        <span className="break-words">
          {container.owner.displayName} <span className="text-muted-foreground">({container.owner.username})</span>
        </span>
      ),
  },
  {
    id: "status",
    header: m.state,
    renderCell: (container) => (
      <div className="grid gap-0.5">
        <AgentStatus agent={{ status: container.status, stage: null }} />
        {container.errorCode === null ? null : <code className="break-all text-xs text-destructive">{container.errorCode}</code>}
      </div>
    ),
  },
  diskColumn,
  { id: "since", header: m.since, className: "lg:whitespace-nowrap", renderCell: ({ since }) => formatTime(since) },
  {
    id: "active",
    header: m.lastActivity,
    className: "lg:whitespace-nowrap",
    renderCell: ({ lastActiveAt }) =>
      lastActiveAt === null ? <span className="text-muted-foreground">{m.none}</span> : formatTime(lastActiveAt),
  },
  {
    id: "actions",
    header: m.actions,
    isActions: true,
    renderCell: (container) =>
      container.status === "running" || container.status === "starting" ? (
        <Button
          variant="danger-ghost"
          size="sm"
          aria-label={m.stopOf(container.agentName, whose(container))}
          onClick={() => onStop(container)}
        >
          {m.stop}
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
      title={m.stopOfQuestion(container.agentName, whose(container))}
      confirmLabel={m.stopContainer}
      isBusy={stop.isPending}
      onConfirm={() =>
        stop.mutate(container.agentId, {
          onSuccess: () => toast.success(m.stops(container.agentName)),
          onError: toastProblem,
          onSettled: onClose,
        })
      }
    >
      <p>{container.owner === null ? m.systemAgentStops : m.ownersAgentStops}</p>
    </ConfirmDialog>
  );
}
