import { z } from "zod";
import { says } from "./field-faults.js";
import { isAuditAction, isAuditGroup } from "./audit-actions.js";
import { beyondReach, boundedCount, isWithinReach, pageFields, searchText } from "./paging.js";

export const auditActorKind = z.enum(["user", "token", "visitor", "container", "system", "cli"]);
export const auditOutcome = z.enum(["done", "refused", "failed"]);

const auditFilter = {
  /** Somebody's id. */
  actorId: z.uuid().optional(),
  /** Part of the name of who did it or of what it was done to. */
  search: searchText.optional(),
  /** An action (`agent.delete`) or a group (`agent`). */
  action: z
    .string()
    .max(80)
    .refine((text) => isAuditAction(text) || isAuditGroup(text), says.unknown_action)
    .optional(),
  outcome: auditOutcome.optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
};

export const auditQuery = z
  .strictObject({ ...pageFields, ...auditFilter })
  .refine(isWithinReach, beyondReach)
  .meta({ id: "AuditQuery" });
export type AuditQuery = z.infer<typeof auditQuery>;

export const auditExportQuery = z.strictObject({ ...auditFilter, format: z.enum(["csv", "jsonl"]) }).meta({ id: "AuditExportQuery" });
export type AuditExportQuery = z.infer<typeof auditExportQuery>;

export const auditEvent = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    actor: z.object({ kind: auditActorKind, id: z.string().nullable(), name: z.string() }),
    address: z.string(),
    requestId: z.string().nullable(),
    /** One of `AuditAction`, or an older version's. */
    action: z.string(),
    target: z.object({ type: z.string(), id: z.string().nullable(), name: z.string() }).nullable(),
    outcome: auditOutcome,
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .meta({ id: "AuditEvent" });
export type AuditEvent = z.infer<typeof auditEvent>;

export const auditPage = z.object({ events: z.array(auditEvent), total: boundedCount }).meta({ id: "AuditPage" });
export type AuditPage = z.infer<typeof auditPage>;
