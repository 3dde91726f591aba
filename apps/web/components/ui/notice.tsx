import { CircleAlert, CircleCheck, Info, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export type NoticeTone = "info" | "success" | "warning" | "danger";

const tones: Record<NoticeTone, { icon: LucideIcon; classes: string; iconClasses: string }> = {
  info: { icon: Info, classes: "bg-muted border-border", iconClasses: "text-muted-foreground" },
  success: { icon: CircleCheck, classes: "bg-success-surface border-success/30", iconClasses: "text-success" },
  warning: { icon: TriangleAlert, classes: "bg-warning-surface border-warning-border", iconClasses: "text-warning" },
  danger: { icon: CircleAlert, classes: "bg-danger-surface border-danger-border", iconClasses: "text-destructive" },
};

export interface NoticeProps {
  readonly tone: NoticeTone;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly role?: "alert" | "status";
  readonly className?: string;
}

export function Notice({ tone, title, children, actions, role, className }: NoticeProps) {
  const { icon: Icon, classes, iconClasses } = tones[tone];
  return (
    <div role={role} className={cn("flex gap-3 rounded-lg border px-3.5 py-3 text-sm leading-relaxed", classes, className)}>
      <Icon aria-hidden className={cn("mt-0.5 size-4.5 shrink-0", iconClasses)} />
      <div className="grid min-w-0 flex-1 gap-1">
        {title ? <p className="font-medium">{title}</p> : null}
        {children ? <div className="break-words text-foreground/85">{children}</div> : null}
        {actions ? <div className="flex flex-wrap gap-2 pt-1.5">{actions}</div> : null}
      </div>
    </div>
  );
}
