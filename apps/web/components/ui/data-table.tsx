/* oxlint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role -- see DataTable: as blocks, these elements lose the roles that they have as a table */
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export interface DataColumn<Row> {
  readonly id: string;
  readonly header: string;
  readonly renderCell: (row: Row) => ReactNode;
  /** What the row is about: heads the card on a narrow screen, without a label. */
  readonly isMain?: boolean;
  /** Buttons: the header is for screen readers only. */
  readonly isActions?: boolean;
  readonly className?: string;
}

export interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly DataColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Fades while newer rows are on their way. */
  readonly isStale?: boolean;
  /** Below a row, over its whole width. */
  readonly renderExpanded?: (row: Row) => ReactNode;
}

/**
 * A table where there is room, one card for each row where there is not. It is the same table both times: the roles are written out, since
 * browsers drop a table's meaning along with its layout.
 */
export function DataTable<Row>({ caption, columns, rows, rowKey, isStale = false, renderExpanded }: DataTableProps<Row>) {
  return (
    <div className="lg:overflow-x-auto lg:rounded-xl lg:border lg:bg-card lg:shadow-xs">
      <table role="table" aria-busy={isStale} className={cn("block w-full text-sm lg:table", isStale && "opacity-60 transition-opacity")}>
        <caption className="sr-only">{caption}</caption>
        <thead role="rowgroup" className="sr-only lg:not-sr-only lg:table-header-group">
          <tr role="row" className="lg:border-b">
            {columns.map((column) => (
              <th
                key={column.id}
                role="columnheader"
                scope="col"
                className="px-3 py-2.5 text-start text-xs font-medium text-muted-foreground first:ps-4 last:pe-4"
              >
                {column.isActions ? <span className="sr-only">{column.header}</span> : column.header}
              </th>
            ))}
          </tr>
        </thead>
        {rows.map((row) => (
          <tbody
            key={rowKey(row)}
            role="rowgroup"
            className="mb-3 block rounded-xl border bg-card p-4 shadow-xs last:mb-0 lg:table-row-group lg:rounded-none lg:border-0 lg:shadow-none lg:[&+&]:border-t"
          >
            <tr role="row" className="relative grid gap-2 lg:static lg:table-row">
              {columns.map((column) => (
                <DataCell key={column.id} column={column} row={row} />
              ))}
            </tr>
            <Expansion columns={columns.length}>{renderExpanded?.(row)}</Expansion>
          </tbody>
        ))}
      </table>
    </div>
  );
}

function DataCell<Row>({ column, row }: { readonly column: DataColumn<Row>; readonly row: Row }) {
  const hasLabel = !column.isMain && !column.isActions;
  return (
    <td
      role="cell"
      className={cn(
        "flex items-baseline gap-3 lg:table-cell lg:px-3 lg:py-3 lg:align-middle lg:first:ps-4 lg:last:pe-4",
        column.isMain && "pe-28 lg:pe-3",
        column.isActions && "absolute -inset-e-1.5 -top-1.5 lg:static lg:text-end",
        column.className,
      )}
    >
      {hasLabel ? (
        <span aria-hidden className="w-28 shrink-0 text-[0.8125rem] text-muted-foreground lg:hidden">
          {column.header}
        </span>
      ) : null}
      <div className="min-w-0 flex-1">{column.renderCell(row)}</div>
    </td>
  );
}

function Expansion({ columns, children }: { readonly columns: number; readonly children: ReactNode }) {
  if (children === null || children === undefined) return null;
  return (
    <tr role="row" className="block lg:table-row">
      <td role="cell" colSpan={columns} className="block pt-3 lg:table-cell lg:px-4 lg:pb-4 lg:pt-0">
        {children}
      </td>
    </tr>
  );
}
