import type { HealthCheck } from "@mosaic/contracts/health";
import { CircleAlert, CircleCheck, TriangleAlert, type LucideIcon } from "lucide-react";
import { cn } from "@/components/ui/cn";
import { said } from "@/lib/said";
import { m } from "@messages/components";
import { m as names } from "@messages/health-checks";

const states: Record<HealthCheck["state"], { text: string; icon: LucideIcon; classes: string }> = {
  ok: { text: m.ok, icon: CircleCheck, classes: "text-success" },
  warning: { text: m.warning, icon: TriangleAlert, classes: "text-warning" },
  failing: { text: m.failing, icon: CircleAlert, classes: "text-destructive" },
};

/** All checks in one sentence, for those who can't see the list change. */
export const checksText = (checks: readonly HealthCheck[]): string => {
  if (checks.length === 0) return "";
  const failing = checks.filter(({ state }) => state !== "ok").map(({ id }) => names.checks[id]);
  return failing.length === 0 ? m.allChecksAreOk : m.notOk(failing.join(", "));
};

export interface CheckRowProps {
  readonly check: HealthCheck;
  readonly isStale: boolean;
  readonly level?: "h2" | "h3";
}

export function CheckRow({ check, isStale, level: Heading = "h2" }: CheckRowProps) {
  const { text, icon: Icon, classes } = states[check.state];
  return (
    <li className={cn("flex gap-3.5 px-4 py-3.5 transition-opacity", isStale && "opacity-50")}>
      <Icon aria-hidden className={cn("mt-0.5 size-5 shrink-0", classes)} />
      <div className="grid min-w-0 flex-1 gap-0.5">
        <Heading className="text-sm font-medium">{names.checks[check.id]}</Heading>
        <p className="break-words text-sm leading-relaxed text-muted-foreground">{said(check.detail)}</p>
      </div>
      <span className={cn("text-sm font-medium", classes)}>{text}</span>
    </li>
  );
}
