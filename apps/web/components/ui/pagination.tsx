"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { countLimit } from "@mosaic/contracts/paging";
import { Button } from "@/components/ui/button";
import { formatCount } from "@/lib/count";

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
  const format = new Intl.NumberFormat();
  const range =
    total === 0 || first > total
      ? `${formatCount(total)} ${noun}`
      : `${format.format(first)}–${format.format(Math.min(total, page * pageSize))} of ${formatCount(total)} ${noun}`;
  return (
    <nav aria-label="Pages" className="flex flex-wrap items-center justify-between gap-3">
      <p role="status" className="text-sm text-muted-foreground">
        {range}
        {page >= last && total > countLimit ? ". Search, or filter, for what is further down." : ""}
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
        Previous page
      </Button>
      <Button variant="secondary" size="sm" disabled={onNext === null} onClick={() => onNext?.()}>
        Next page
        <ChevronRight aria-hidden />
      </Button>
    </div>
  );
}
