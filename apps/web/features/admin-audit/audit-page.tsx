"use client";

import { auditPage, type AuditEvent } from "@mosaic/contracts/audit";
import { auditActionWords } from "@mosaic/contracts/audit-actions";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronRight, Download, ScrollText } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { DataTable, type DataColumn } from "@/components/ui/data-table";
import { Pagination } from "@/components/ui/pagination";
import { Actor, Details, Outcome, Target } from "@/features/admin-audit/audit-cells";
import { AuditFilterBar } from "@/features/admin-audit/audit-filter-bar";
import { auditFilterNames, auditParameters, exportLink } from "@/features/admin-audit/audit-filters";
import { toQuery, useUrlFilters, type UrlFilters } from "@/lib/url-filters";
import { Loaded } from "@/components/page/load-state";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { formatTime } from "@/lib/time";

const pageSize = 50;

export function AuditPage() {
  const filters = useUrlFilters(auditFilterNames);
  const parameters = auditParameters(filters);
  const events = useQuery({
    queryKey: queryKeys.admin("audit", parameters, filters.page),
    queryFn: ({ signal }) => request(auditPage, `/api/admin/audit?${toQuery({ ...parameters, page: filters.page, pageSize })}`, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  return (
    <SettingsSection
      title="Audit"
      description="Who changed what, when and from where. Nobody can change or delete what stands here, and it never holds what people write."
      actions={<Exports parameters={parameters} />}
    >
      <AuditFilterBar filters={filters} />
      <Loaded query={events}>
        {({ events: rows, total }) =>
          rows.length === 0 ? (
            <NothingFound filters={filters} />
          ) : (
            <div className="grid gap-4">
              <AuditTable rows={rows} isStale={events.isPlaceholderData} />
              <Pagination page={filters.page} pageSize={pageSize} total={total} noun="entries" onPage={filters.setPage} />
            </div>
          )
        }
      </Loaded>
    </SettingsSection>
  );
}

function Exports({ parameters }: { readonly parameters: Readonly<Record<string, string>> }) {
  return (
    <div className="flex flex-wrap gap-2">
      <Button asChild variant="secondary" size="sm">
        <a href={exportLink(parameters, "csv")} download>
          <Download aria-hidden />
          Export CSV
        </a>
      </Button>
      <Button asChild variant="secondary" size="sm">
        <a href={exportLink(parameters, "jsonl")} download>
          <Download aria-hidden />
          Export JSON Lines
        </a>
      </Button>
    </div>
  );
}

function AuditTable({ rows, isStale }: { readonly rows: readonly AuditEvent[]; readonly isStale: boolean }) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string): void =>
    setOpened((known) => new Set(known.has(id) ? [...known].filter((other) => other !== id) : [...known, id]));
  const columns: readonly DataColumn<AuditEvent>[] = [
    {
      id: "action",
      header: "What",
      isMain: true,
      renderCell: (event) => <span className="font-medium">{auditActionWords(event.action)}</span>,
    },
    { id: "target", header: "To what", renderCell: (event) => <Target event={event} /> },
    { id: "actor", header: "Who", renderCell: (event) => <Actor event={event} /> },
    {
      id: "at",
      header: "When",
      className: "lg:whitespace-nowrap",
      renderCell: (event) => <time dateTime={event.at}>{formatTime(event.at)}</time>,
    },
    { id: "outcome", header: "Outcome", renderCell: (event) => <Outcome outcome={event.outcome} /> },
    {
      id: "details",
      header: "Details",
      isActions: true,
      renderCell: (event) => (
        <Button
          variant="ghost"
          size="sm"
          aria-expanded={opened.has(event.id)}
          aria-label={`Details of: ${auditActionWords(event.action)}, ${event.actor.name}, ${formatTime(event.at)}`}
          onClick={() => toggle(event.id)}
        >
          <ChevronRight aria-hidden className={cn("transition-transform", opened.has(event.id) && "rotate-90")} />
          Details
        </Button>
      ),
    },
  ];
  return (
    <DataTable
      caption="Audit log"
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      isStale={isStale}
      renderExpanded={(event) => (opened.has(event.id) ? <Details event={event} /> : null)}
    />
  );
}

function NothingFound({ filters }: { readonly filters: UrlFilters }) {
  return (
    <EmptyState
      icon={<ScrollText aria-hidden />}
      title={filters.isFiltered ? "Nothing fits these filters" : "Nothing has happened yet"}
      action={
        filters.isFiltered || filters.page > 1 ? (
          <Button variant="secondary" onClick={filters.clear}>
            Show everything
          </Button>
        ) : null
      }
    >
      Every change, every sign-in and every refused attempt leaves an entry here.
    </EmptyState>
  );
}
