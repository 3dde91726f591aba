import { auditActionLabels, auditGroupLabels } from "@mosaic/contracts/audit-actions";

/** As the exports of the audit say them too, which are in English. */
export const m = { actions: auditActionLabels, groups: auditGroupLabels };
