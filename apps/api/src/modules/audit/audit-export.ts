import type { AuditEvent } from "@mosaic/contracts/audit";
import { auditActionWords } from "@mosaic/contracts/audit-actions";

const columns: readonly { readonly name: string; readonly of: (event: AuditEvent) => string }[] = [
  { name: "at", of: (event) => event.at },
  { name: "actor_kind", of: ({ actor }) => actor.kind },
  { name: "actor_id", of: ({ actor }) => actor.id ?? "" },
  { name: "actor_name", of: ({ actor }) => actor.name },
  { name: "address", of: (event) => event.address },
  { name: "action", of: (event) => event.action },
  { name: "target_type", of: ({ target }) => target?.type ?? "" },
  { name: "target_id", of: ({ target }) => target?.id ?? "" },
  { name: "target_name", of: ({ target }) => target?.name ?? "" },
  { name: "outcome", of: (event) => event.outcome },
  { name: "details", of: ({ details }) => (Object.keys(details).length === 0 ? "" : JSON.stringify(details)) },
  { name: "request_id", of: (event) => event.requestId ?? "" },
  { name: "id", of: (event) => event.id },
  // Last, so that who reads columns by their place finds them where they were.
  { name: "action_words", of: (event) => auditActionWords(event.action) },
];

export const csvHead = line(columns.map(({ name }) => name));

/** One row as RFC 4180 writes it. */
export function csvRow(event: AuditEvent): string {
  return line(columns.map(({ of }) => cell(of(event))));
}

export function jsonRow(event: AuditEvent): string {
  return `${JSON.stringify(event)}\n`;
}

function line(cells: readonly string[]): string {
  return `${cells.join(",")}\r\n`;
}

/** What begins like a formula would be run by a spreadsheet, and names are chosen by users: an apostrophe makes it text. */
function cell(text: string): string {
  const safe = beginsLikeFormula(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Spreadsheets skip what can't be seen, and take full-width and other wide forms (`＝`) for the plain ones. */
function beginsLikeFormula(text: string): boolean {
  const [first = ""] = text
    .replace(/^[\s\p{Cc}\p{Cf}]+/u, "")
    .slice(0, 2)
    .normalize("NFKC");
  return /^[=+\-@|%\u2212]/.test(first) || /^[\t\r\n]/.test(text);
}
