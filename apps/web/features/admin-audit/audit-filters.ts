import { isAuditAction, isAuditGroup } from "@mosaic/contracts/audit-actions";
import { toQuery, type UrlFilters } from "@/lib/url-filters";

export const auditFilterNames = ["search", "action", "outcome", "from", "to", "actorId"];

const day = /^\d{4}-\d{2}-\d{2}$/;

/** A day of this browser's time zone as a moment: its first, or with `isEnd` the first one after it. */
export const dayToMoment = (text: string, isEnd: boolean): string => {
  if (!day.test(text)) return "";
  const [year = 0, month = 1, date = 1] = text.split("-").map(Number);
  const moment = new Date(year, month - 1, date + (isEnd ? 1 : 0));
  return Number.isNaN(moment.getTime()) ? "" : moment.toISOString();
};

const outcomes: ReadonlySet<string> = new Set(["done", "refused", "failed"]);
const isId = (text: string): boolean => /^[0-9a-f-]{36}$/i.test(text);

/** The filters of the address as the API takes them; what somebody typed into the address and makes no sense is left out. */
export const auditParameters = (filters: Pick<UrlFilters, "get">): Record<string, string> => {
  const action = filters.get("action");
  const outcome = filters.get("outcome");
  const actorId = filters.get("actorId");
  return {
    search: filters.get("search").slice(0, 100),
    action: isAuditAction(action) || isAuditGroup(action) ? action : "",
    outcome: outcomes.has(outcome) ? outcome : "",
    actorId: isId(actorId) ? actorId : "",
    from: dayToMoment(filters.get("from"), false),
    to: dayToMoment(filters.get("to"), true),
  };
};

export const exportLink = (parameters: Readonly<Record<string, string>>, format: "csv" | "jsonl"): string =>
  `/api/admin/audit/export?${toQuery({ format, ...parameters })}`;
