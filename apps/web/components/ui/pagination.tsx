"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "@/components/ui/button";

export interface PaginationProps {
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  /** What is counted, in the plural: "people". */
  readonly noun: string;
  readonly onPage: (page: number) => void;
}

export const lastPage = (total: number, pageSize: number): number => Math.max(1, Math.ceil(total / pageSize));

export function Pagination({ page, pageSize, total, noun, onPage }: PaginationProps) {
  const last = lastPage(total, pageSize);
  const first = (page - 1) * pageSize + 1;
  const format = new Intl.NumberFormat();
  const range =
    total === 0 || first > total
      ? `${format.format(total)} ${noun}`
      : `${format.format(first)}–${format.format(Math.min(total, page * pageSize))} of ${format.format(total)} ${noun}`;
  return (
    <nav aria-label="Pages" className="flex flex-wrap items-center justify-between gap-3">
      <p role="status" className="text-sm text-muted-foreground">
        {range}
      </p>
      {last > 1 ? (
        <div className="flex gap-2">
          <Button variant="secondary" size="sm" disabled={page <= 1} onClick={() => onPage(page - 1)}>
            <ChevronLeft aria-hidden />
            Previous page
          </Button>
          <Button variant="secondary" size="sm" disabled={page >= last} onClick={() => onPage(page + 1)}>
            Next page
            <ChevronRight aria-hidden />
          </Button>
        </div>
      ) : null}
    </nav>
  );
}
