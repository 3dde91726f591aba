import type { AuditEvent } from "@mosaic/contracts/audit";

/** What the table shows: an entry, or the chat messages between two others as one line. */
export type AuditRow =
  | { readonly kind: "event"; readonly id: string; readonly event: AuditEvent }
  | { readonly kind: "messages"; readonly id: string; readonly events: readonly AuditEvent[]; readonly isOpen: boolean };

/** Messages are most of what happens, and the least of what somebody looks for here: a run of them is one line until it is opened. */
export const auditRows = (events: readonly AuditEvent[], opened: ReadonlySet<string>): AuditRow[] => {
  const rows: AuditRow[] = [];
  for (const run of runsOf(events)) {
    const [first] = run;
    if (first === undefined) continue;
    if (run.length > 1) {
      // The newest one's id names the run; an entry of its own has another.
      const id = `messages-${first.id}`;
      rows.push({ kind: "messages", id, events: run, isOpen: opened.has(id) });
      if (!opened.has(id)) continue;
    }
    rows.push(...run.map((event) => ({ kind: "event" as const, id: event.id, event })));
  }
  return rows;
};

const isMessage = ({ action }: AuditEvent): boolean => action.startsWith("message.");

/** Messages that follow each other together, anything else by itself. */
const runsOf = (events: readonly AuditEvent[]): AuditEvent[][] => {
  const runs: AuditEvent[][] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && isMessage(event) && isMessage(last[0])) last.push(event);
    else runs.push([event]);
  }
  return runs;
};
