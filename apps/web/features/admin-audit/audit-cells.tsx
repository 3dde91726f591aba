import type { AuditEvent } from "@mosaic/contracts/audit";
import { Badge } from "@/components/ui/badge";
import { changedLabel, detailLabel, targetLabel, valueLabel } from "@/features/admin-audit/field-label";
import { formatNumber } from "@/lib/count";
import { locale } from "@/lib/language";
import { formatTime } from "@/lib/time";
import { actionWords } from "@/features/admin-audit/action-words";
import { m } from "@messages/admin-audit";

/** A user who came by the page needs no words. */
const kinds: Record<AuditEvent["actor"]["kind"], string | null> = { user: null, ...m.ways };

export function Actor({ event }: { readonly event: AuditEvent }) {
  const how = kinds[event.actor.kind];
  return (
    <div className="grid gap-0.5">
      <span className="break-words">{event.actor.name === "" ? m.somebody : event.actor.name}</span>
      {how === null ? null : <span className="text-[0.8125rem] text-muted-foreground">{how}</span>}
    </div>
  );
}

export function Target({ event }: { readonly event: AuditEvent }) {
  if (event.target === null) return <span className="text-muted-foreground">–</span>;
  return <span className="break-words">{event.target.name === "" ? targetLabel(event.target.type) : event.target.name}</span>;
}

const outcomes = {
  done: { text: m.done, tone: "success" },
  refused: { text: m.refused, tone: "warning" },
  failed: { text: m.failed, tone: "danger" },
} as const;

export function Outcome({ outcome }: { readonly outcome: AuditEvent["outcome"] }) {
  return <Badge tone={outcomes[outcome].tone}>{outcomes[outcome].text}</Badge>;
}

type Value = AuditEvent["details"][string];

const valueText = (name: string, value: Value): string => {
  if (value === null || value === "") return m.none;
  if (typeof value === "boolean") return value ? m.yes : m.no;
  if (typeof value === "number") return formatNumber(value);
  if (moment.test(value)) return formatTime(value);
  return name === "changed" ? value.split(", ").map(changedLabel).join(", ") : valueLabel(name, value);
};

const moment = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

export function Details({ event }: { readonly event: AuditEvent }) {
  const facts: readonly (readonly [label: string, value: string])[] = [
    [m.time, new Intl.DateTimeFormat(locale(), { dateStyle: "full", timeStyle: "long" }).format(new Date(event.at))],
    [m.address, event.address === "" ? m.none : event.address],
    [m.action, actionWords(event.action)],
    ...(event.actor.id === null ? [] : [[m.idOfWho, event.actor.id] as const]),
    ...(event.target === null ? [] : [[m.kindOfThing, targetLabel(event.target.type)] as const]),
    ...(event.target === null || event.target.id === null ? [] : [[m.idOfTheThing, event.target.id] as const]),
    ...(event.requestId === null ? [] : [[m.request, event.requestId] as const]),
    ...Object.entries(event.details).map(([name, value]) => [detailLabel(name), valueText(name, value)] as const),
  ];
  return (
    <dl className="grid gap-x-6 gap-y-1.5 rounded-lg bg-muted px-4 py-3 text-[0.8125rem] sm:grid-cols-[max-content_1fr]">
      {facts.map(([label, value]) => (
        <div key={label} className="grid gap-x-6 sm:col-span-2 sm:grid-cols-subgrid">
          <dt className="text-muted-foreground">{label}</dt>
          <dd className="break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
