"use client";

import { isAuditAction } from "@mosaic/contracts/audit-actions";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { SearchInput } from "@/components/ui/search-input";
import { Select } from "@/components/ui/select";
import type { UrlFilters } from "@/lib/url-filters";
import { actionWords } from "@/features/admin-audit/action-words";
import { m } from "@messages/admin-audit";
import { m as words } from "@messages/audit-words";

const outcomes = [
  { value: "all", label: m.anyOutcome },
  { value: "done", label: m.done },
  { value: "refused", label: m.refused },
  { value: "failed", label: m.failed },
];

export function AuditFilterBar({ filters }: { readonly filters: UrlFilters }) {
  const action = filters.get("action");
  const actions = [
    { value: "all", label: m.anyAction },
    ...Object.entries(words.groups).map(([value, label]) => ({ value, label })),
    // An address may name a single action; the list offers groups only.
    ...(isAuditAction(action) ? [{ value: action, label: actionWords(action) }] : []),
  ];
  return (
    <div role="search" aria-label={m.auditLog} className="grid gap-2.5">
      <div className="flex flex-wrap gap-2.5">
        <SearchInput
          label={m.searchByWhoOrWhat}
          placeholder={m.whoOrWhatItWas}
          className="min-w-52 flex-1"
          value={filters.get("search")}
          onSearch={(search) => filters.set({ search })}
        />
        <Select
          aria-label={m.action}
          className="w-auto min-w-40 flex-1 sm:w-44 sm:flex-none"
          value={action || "all"}
          onChange={(value) => filters.set({ action: value === "all" ? "" : value })}
          groups={[{ label: "", options: actions }]}
        />
        <Select
          aria-label={m.outcome}
          className="w-auto min-w-40 flex-1 sm:w-40 sm:flex-none"
          value={filters.get("outcome") || "all"}
          onChange={(value) => filters.set({ outcome: value === "all" ? "" : value })}
          groups={[{ label: "", options: outcomes }]}
        />
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2.5">
        <DayField label={m.from} value={filters.get("from")} onChange={(from) => filters.set({ from })} />
        <DayField label={m.to} value={filters.get("to")} onChange={(to) => filters.set({ to })} />
        {filters.isFiltered ? (
          <Button variant="ghost" size="sm" onClick={filters.clear}>
            {m.clearFilters}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

function DayField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-center gap-2">
      <label htmlFor={id} className="w-10 text-sm text-muted-foreground sm:w-auto">
        {label}
      </label>
      <Input id={id} type="date" className="w-40" value={value} max="9999-12-31" onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}
