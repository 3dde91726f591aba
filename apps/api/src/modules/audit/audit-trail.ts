import { randomUUIDv7 } from "node:crypto";
import { Prisma } from "../../generated/prisma/client.js";
import type { AuditAction } from "@mosaic/contracts/audit-actions";
import type { AuditDetail, AuditTarget } from "@mosaic/contracts/audit-details";
import type { Statements } from "../../platform/database/statements.js";
import { requestContext, type Actor } from "../../platform/logging/request-context.js";

/** What was done; `details` hold no secret and no content: names of fields, numbers, kinds. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly target?: { readonly type: AuditTarget; readonly id: string | null; readonly name?: string };
  /** `done` unless said otherwise. */
  readonly outcome?: "done" | "refused" | "failed";
  readonly details?: { readonly [Name in AuditDetail]?: string | number | boolean | null };
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
export async function recordAudit(transaction: Statements, entry: AuditEntry): Promise<void> {
  await transaction.$executeRaw(auditing(entry));
}

const once = Prisma.sql`(VALUES (1)) AS once`;

/**
 * As `recordAudit`, for a change that is one statement: an insert of one row for each row of `source`. `details` is an expression of what only the
 * statement knows.
 */
export function auditing(entry: AuditEntry, source: Prisma.Sql = once, details: Prisma.Sql = Prisma.sql`'{}'::jsonb`): Prisma.Sql {
  const { action, target, outcome = "done" } = entry;
  const request = requestContext();
  const actor = entry.actor ?? request?.actor ?? (request === undefined ? system : visitor);
  return Prisma.sql`
    INSERT INTO audit_events (id, actor_kind, actor_id, actor_name, address, request_id, action, target_type, target_id, target_name, outcome, details)
    SELECT ${randomUUIDv7()}::uuid, ${actor.kind}, ${actor.id}::uuid, ${cut(actor.name)}, ${request?.address ?? ""}, ${request?.requestId ?? null},
      ${action}, ${target?.type ?? null}, ${target?.id ?? null}, ${cut(target?.name ?? "")}, ${outcome},
      ${JSON.stringify(entry.details ?? {})}::jsonb || ${details}
    FROM ${source}`;
}

function cut(text: string): string {
  return Array.from(text).slice(0, maxTextLength).join("");
}
