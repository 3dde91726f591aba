"use client";

import { auditPage, type AuditEvent } from "@mosaic/contracts/audit";
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
import { auditRows, type AuditRow } from "@/features/admin-audit/audit-rows";
import { toQuery, useUrlFilters, type UrlFilters } from "@/lib/url-filters";
import { Loaded } from "@/components/page/load-state";
import { EmptyState, SettingsSection } from "@/components/page/settings-section";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { formatTime } from "@/lib/time";
import { actionWords } from "@/features/admin-audit/action-words";
import { m } from "@messages/admin-audit";

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
    <SettingsSection title={m.audit} description={m.whoChangedWhatWhenAnd} actions={<Exports parameters={parameters} />}>
      <AuditFilterBar filters={filters} />
      <Loaded query={events}>
        {({ events: rows, total }) =>
          rows.length === 0 ? (
            <NothingFound filters={filters} />
          ) : (
            <div className="grid gap-4">
              <AuditTable
                events={rows}
                foldsMessages={!(parameters["action"] ?? "").startsWith("message")}
                isStale={events.isPlaceholderData}
              />
              <Pagination page={filters.page} pageSize={pageSize} total={total} noun={m.entries} onPage={filters.setPage} />
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
          {m.exportCsv}
        </a>
      </Button>
      <Button asChild variant="secondary" size="sm">
        <a href={exportLink(parameters, "jsonl")} download>
          <Download aria-hidden />
          {m.exportJsonLines}
        </a>
      </Button>
    </div>
  );
}

interface AuditTableProps {
  readonly events: readonly AuditEvent[];
  /** Whoever asks for messages alone sees each. */
  readonly foldsMessages: boolean;
  readonly isStale: boolean;
}

function AuditTable({ events, foldsMessages, isStale }: AuditTableProps) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string): void =>
    setOpened((known) => new Set(known.has(id) ? [...known].filter((other) => other !== id) : [...known, id]));
  const rows: readonly AuditRow[] = foldsMessages
    ? auditRows(events, opened)
    : events.map((event) => ({ kind: "event", id: event.id, event }));
  return (
    <DataTable
      caption={m.auditLog}
      columns={columns(opened, toggle)}
      rows={rows}
      rowKey={({ id }) => id}
      isStale={isStale}
      renderExpanded={(row) => (row.kind === "event" && opened.has(row.id) ? <Details event={row.event} /> : null)}
    />
  );
}

const columns = (opened: ReadonlySet<string>, toggle: (id: string) => void): readonly DataColumn<AuditRow>[] => [
  {
    id: "action",
    header: m.what,
    isMain: true,
    renderCell: (row) => (
      <span className="font-medium">{row.kind === "event" ? actionWords(row.event.action) : m.chatMessages(row.events.length)}</span>
    ),
  },
  { id: "target", header: m.toWhat, renderCell: (row) => (row.kind === "event" ? <Target event={row.event} /> : "–") },
  { id: "actor", header: m.who, renderCell: (row) => (row.kind === "event" ? <Actor event={row.event} /> : peopleOf(row.events)) },
  {
    id: "at",
    header: m.when,
    className: "lg:whitespace-nowrap",
    renderCell: (row) => {
      const { at } = row.kind === "event" ? row.event : (row.events.at(0) ?? { at: "" });
      return <time dateTime={at}>{formatTime(at)}</time>;
    },
  },
  { id: "outcome", header: m.outcome, renderCell: (row) => (row.kind === "event" ? <Outcome outcome={row.event.outcome} /> : null) },
  {
    id: "details",
    header: m.details,
    isActions: true,
    renderCell: (row) => <Opener row={row} isOpen={opened.has(row.id)} onToggle={() => toggle(row.id)} />,
  },
];

const peopleOf = (events: readonly AuditEvent[]): string => {
  const names = [...new Set(events.map(({ actor }) => actor.name))];
  return names.length > 2 ? m.people(names.length) : names.join(", ");
};

interface OpenerProps {
  readonly row: AuditRow;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Opener({ row, isOpen, onToggle }: OpenerProps) {
  const label =
    row.kind === "event"
      ? m.detailsOf(actionWords(row.event.action), row.event.actor.name, formatTime(row.event.at))
      : m.showEachOfChatMessages(row.events.length);
  return (
    <Button variant="ghost" size="sm" aria-expanded={isOpen} aria-label={label} onClick={onToggle}>
      <ChevronRight aria-hidden className={cn("transition-transform", isOpen && "rotate-90")} />
      {row.kind === "event" ? m.details : m.showEach}
    </Button>
  );
}

function NothingFound({ filters }: { readonly filters: UrlFilters }) {
  return (
    <EmptyState
      icon={<ScrollText aria-hidden />}
      title={filters.isFiltered ? m.nothingFitsTheseFilters : m.nothingHasHappenedYet}
      action={
        filters.isFiltered || filters.page > 1 ? (
          <Button variant="secondary" onClick={filters.clear}>
            {m.showEverything}
          </Button>
        ) : null
      }
    >
      {m.everyChangeEverySignIn}
    </EmptyState>
  );
}
