"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { countLimit } from "@mosaic/contracts/paging";
import { Button } from "@/components/ui/button";
import { formatCount, formatNumber } from "@/lib/count";
import { m } from "@messages/components";

export interface PaginationProps {
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  /** What is counted, in the plural: "people". */
  readonly noun: string;
  readonly onPage: (page: number) => void;
}

export const lastPage = (total: number, pageSize: number): number => Math.max(1, Math.ceil(Math.min(total, countLimit) / pageSize));

export function Pagination({ page, pageSize, total, noun, onPage }: PaginationProps) {
  const last = lastPage(total, pageSize);
  const first = (page - 1) * pageSize + 1;
  const range =
    total === 0 || first > total
      ? `${formatCount(total)} ${noun}`
      : m.range(formatNumber(first), formatNumber(Math.min(total, page * pageSize)), formatCount(total), noun);
  return (
    <nav aria-label={m.pages} className="flex flex-wrap items-center justify-between gap-3">
      <p role="status" className="text-sm text-muted-foreground">
        {range}
        {page >= last && total > countLimit ? ` ${m.searchForTheRest}` : ""}
      </p>
      {last > 1 ? (
        <PageButtons onPrevious={page <= 1 ? null : () => onPage(page - 1)} onNext={page >= last ? null : () => onPage(page + 1)} />
      ) : null}
    </nav>
  );
}

export interface PageButtonsProps {
  /** `null`: there is no such page. */
  readonly onPrevious: (() => void) | null;
  readonly onNext: (() => void) | null;
}

export function PageButtons({ onPrevious, onNext }: PageButtonsProps) {
  return (
    <div className="flex gap-2">
      <Button variant="secondary" size="sm" disabled={onPrevious === null} onClick={() => onPrevious?.()}>
        <ChevronLeft aria-hidden />
        {m.previousPage}
      </Button>
      <Button variant="secondary" size="sm" disabled={onNext === null} onClick={() => onNext?.()}>
        {m.nextPage}
        <ChevronRight aria-hidden />
      </Button>
    </div>
  );
}
