import type { AuditEvent } from "@mosaic/contracts/audit";
import { auditActionWords } from "@mosaic/contracts/audit-actions";
import { Badge } from "@/components/ui/badge";
import { fieldLabel } from "@/features/admin-audit/field-label";
import { formatTime } from "@/lib/time";

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

type Value = AuditEvent["details"][string];

const valueText = (name: string, value: Value): string => {
  if (value === null || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return value.toLocaleString();
  if (moment.test(value)) return formatTime(value);
  return name === "changed" ? value.split(", ").map(fieldLabel).join(", ") : (valueWords[value] ?? value);
};

const moment = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** What the API calls things, in words. */
const valueWords: Readonly<Record<string, string>> = {
  oidc: "single sign-on",
  new_account: "a new account",
  wrong_credentials: "wrong name or password",
  no_such_invite: "an invite that does not count",
  name_taken: "the name is taken",
  no_account: "no account here",
  account_disabled: "the account is disabled",
  email_not_verified: "the e-mail address is not verified",
  email_domain: "the domain of the e-mail address",
  email_not_told: "the e-mail address was not told",
};

export function Details({ event }: { readonly event: AuditEvent }) {
  const facts: readonly (readonly [label: string, value: string])[] = [
    ["Time", new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" }).format(new Date(event.at))],
    ["Address", event.address === "" ? "none" : event.address],
    ["Action", auditActionWords(event.action)],
    ...(event.actor.id === null ? [] : [["Id of who", event.actor.id] as const]),
    ...(event.target === null ? [] : [["Kind of thing", fieldLabel(event.target.type)] as const]),
    ...(event.target === null || event.target.id === null ? [] : [["Id of the thing", event.target.id] as const]),
    ...(event.requestId === null ? [] : [["Request", event.requestId] as const]),
    ...Object.entries(event.details).map(([name, value]) => [fieldLabel(name), valueText(name, value)] as const),
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
