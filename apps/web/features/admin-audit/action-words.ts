import { auditActionWords, isAuditAction } from "@mosaic/contracts/audit-actions";
import { m } from "@messages/audit-words";

/** One of another version, which this one does not know, is shown in its own words. */
export const actionWords = (action: string): string => (isAuditAction(action) ? m.actions[action] : auditActionWords(action));
