import { elementsIn, textOf, type TreeElement } from "@/components/markdown/tree-text";

export type TableRows = readonly (readonly string[])[];

export const rowsOf = (table: TreeElement): TableRows =>
  elementsIn(table, "tr").map((row) =>
    row.children.flatMap((cell) => (cell.type === "element" && /^t[hd]$/.test(cell.tagName) ? [textOf(cell).trim()] : [])),
  );

const number = /^[+-]?\d[\d.,\s]*%?$/;

/** A spreadsheet runs a cell that begins like a formula. What an agent wrote stays text: an apostrophe stands before it. Numbers are left. */
const guarded = (cell: string): string => (/^[=+\-@\t\r]/.test(cell) && !number.test(cell) ? `'${cell}` : cell);

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** RFC 4180, with the mark by which Excel knows that it is UTF-8. */
export const csvOf = (rows: TableRows): string =>
  `\uFEFF${rows.map((row) => `${row.map((cell) => quoted(guarded(cell))).join(",")}\r\n`).join("")}`;

/** What spreadsheets take from the clipboard. */
export const tabSeparated = (rows: TableRows): string =>
  rows.map((row) => row.map((cell) => guarded(cell.replace(/[\t\r\n]+/g, " "))).join("\t")).join("\n");
