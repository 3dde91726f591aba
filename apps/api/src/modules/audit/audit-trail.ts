import { randomUUIDv7 } from "node:crypto";
import { Prisma } from "../../generated/prisma/client.js";
import type { AuditAction } from "@mosaic/contracts/audit-actions";
import { requestContext, type Actor } from "../../platform/logging/request-context.js";

/** What was done; `details` hold no secret and no content: names of fields, numbers, kinds. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly target?: { readonly type: string; readonly id: string | null; readonly name?: string };
  /** `done` unless said otherwise. */
  readonly outcome?: "done" | "refused" | "failed";
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
  /** Who, where it is not whoever made the request: somebody who just signed in, the system, a command. */
  readonly actor?: Actor;
}

const system: Actor = { kind: "system", id: null, name: "Mosaic" };
const visitor: Actor = { kind: "visitor", id: null, name: "" };
const maxTextLength = 200;

/**
 * Writes one row of the audit in the transaction of the change that it speaks of: both or neither. Who and from where come from the
 * request that is being served; outside of any request it is Mosaic itself. Rejects only if the database does.
 */
export async function recordAudit(transaction: Prisma.TransactionClient, entry: AuditEntry): Promise<void> {
  await transaction.auditEvent.create({ data: rowOf(entry) });
}

/**
 * As `recordAudit`, for a change that is one statement: an insert of one row for each row of `source`. `details` is an expression of what only the
 * statement knows.
 */
export function auditing(entry: AuditEntry, source: Prisma.Sql, details: Prisma.Sql = Prisma.sql`'{}'::jsonb`): Prisma.Sql {
  const row = rowOf(entry);
  return Prisma.sql`
    INSERT INTO audit_events (id, actor_kind, actor_id, actor_name, address, request_id, action, target_type, target_id, target_name, outcome, details)
    SELECT ${row.id}::uuid, ${row.actorKind}, ${row.actorId}::uuid, ${row.actorName}, ${row.address}, ${row.requestId}, ${row.action},
      ${row.targetType}, ${row.targetId}, ${row.targetName}, ${row.outcome}, ${JSON.stringify(row.details)}::jsonb || ${details} FROM ${source}`;
}

function rowOf(entry: AuditEntry) {
  const request = requestContext();
  const actor = entry.actor ?? request?.actor ?? (request === undefined ? system : visitor);
  return {
    id: randomUUIDv7(),
    actorKind: actor.kind,
    actorId: actor.id,
    actorName: cut(actor.name),
    address: request?.address ?? "",
    requestId: request?.requestId ?? null,
    action: entry.action,
    targetType: entry.target?.type ?? null,
    targetId: entry.target?.id ?? null,
    targetName: cut(entry.target?.name ?? ""),
    outcome: entry.outcome ?? "done",
    details: { ...entry.details },
  } satisfies Prisma.AuditEventUncheckedCreateInput;
}

function cut(text: string): string {
  return Array.from(text).slice(0, maxTextLength).join("");
}
