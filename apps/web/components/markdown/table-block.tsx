"use client";

import { Check, Copy, Download } from "lucide-react";
import type { ComponentProps } from "react";
import type { ExtraProps } from "streamdown";
import { csvOf, rowsOf, tabSeparated } from "@/components/markdown/table-data";
import { Button } from "@/components/ui/button";
import { useCopy } from "@/components/ui/copy-text";
import { downloadText } from "@/lib/download";
import { m } from "@messages/markdown";

/** A table that scrolls in itself, and that spreadsheets can take. */
export function TableBlock({ node, children }: ComponentProps<"table"> & ExtraProps) {
  const { isCopied, copy } = useCopy();
  if (node === undefined) return null;
  return (
    <div className="my-1 grid gap-1" data-markdown="table">
      {/* The keyboard scrolls it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="group" aria-label={m.table} tabIndex={0} className="max-h-[70vh] overflow-auto rounded-lg border">
        <table className="border-collapse">{children}</table>
      </div>
      <div className="-ms-2 flex flex-wrap text-muted-foreground">
        <Button variant="ghost" size="sm" className="h-7 px-2 text-muted-foreground" onClick={() => copy(tabSeparated(rowsOf(node)))}>
          {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
          {isCopied ? m.copied : m.copyTable}
        </Button>
        <Button
          variant="ghost"
          size="sm"
          className="h-7 px-2 text-muted-foreground"
          onClick={() => downloadText(csvOf(rowsOf(node)), { name: "table.csv", type: "text/csv" })}
        >
          <Download aria-hidden />
          {m.downloadCsv}
        </Button>
      </div>
    </div>
  );
}
