import type { AuditEvent } from "@mosaic/contracts/audit";
import { Badge } from "@/components/ui/badge";
import { fieldLabel } from "@/features/admin-audit/field-label";

const kinds: Record<AuditEvent["actor"]["kind"], string | null> = {
  user: null,
  token: "with an access token",
  visitor: "not signed in",
  container: "an agent’s container",
  system: "by itself",
  cli: "on the command line",
};

export function Actor({ event }: { readonly event: AuditEvent }) {
  const how = kinds[event.actor.kind];
  return (
    <div className="grid gap-0.5">
      <span className="break-words">{event.actor.name === "" ? "Somebody" : event.actor.name}</span>
      {how === null ? null : <span className="text-[0.8125rem] text-muted-foreground">{how}</span>}
    </div>
  );
}

export function Target({ event }: { readonly event: AuditEvent }) {
  if (event.target === null) return <span className="text-muted-foreground">–</span>;
  return <span className="break-words">{event.target.name === "" ? fieldLabel(event.target.type) : event.target.name}</span>;
}

const outcomes = {
  done: { text: "Done", tone: "success" },
  refused: { text: "Refused", tone: "warning" },
  failed: { text: "Failed", tone: "danger" },
} as const;

export function Outcome({ outcome }: { readonly outcome: AuditEvent["outcome"] }) {
  return <Badge tone={outcomes[outcome].tone}>{outcomes[outcome].text}</Badge>;
}

const valueText = (value: string | number | boolean | null): string =>
  value === null ? "none" : typeof value === "boolean" ? (value ? "yes" : "no") : String(value);

export function Details({ event }: { readonly event: AuditEvent }) {
  const facts: readonly (readonly [label: string, value: string])[] = [
    ["Time", new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" }).format(new Date(event.at))],
    ["Address", event.address === "" ? "none" : event.address],
    ["Action", event.action],
    ...(event.actor.id === null ? [] : [["Id of who", event.actor.id] as const]),
    ...(event.target === null ? [] : [["Kind of thing", fieldLabel(event.target.type)] as const]),
    ...(event.target === null || event.target.id === null ? [] : [["Id of the thing", event.target.id] as const]),
    ...(event.requestId === null ? [] : [["Request", event.requestId] as const]),
    ...Object.entries(event.details).map(([name, value]) => [fieldLabel(name), valueText(value)] as const),
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
