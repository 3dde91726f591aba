import type { ReactNode } from "react";
import { m } from "@messages/components";

export interface SettingsSectionProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function SettingsSection({ title, description, actions, children }: SettingsSectionProps) {
  return (
    <section aria-label={title} className="grid gap-6">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="grid min-w-0 flex-1 basis-64 gap-1">
          <h2 className="break-words text-xl font-semibold tracking-tight">{title}</h2>
          {description ? <p className="max-w-prose text-sm text-muted-foreground">{description}</p> : null}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

export interface EmptyStateProps {
  readonly icon: ReactNode;
  readonly title: string;
  /** Of its heading: one below what it stands in. */
  readonly level?: 2 | 3 | 4;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

export function EmptyState({ icon, title, level = 3, action, children }: EmptyStateProps) {
  const Heading = `h${level}` as const;
  return (
    <div className="grid justify-items-center gap-3 rounded-xl border border-dashed px-6 py-14 text-center">
      <span className="grid size-12 place-items-center rounded-xl bg-accent text-accent-foreground [&_svg]:size-6">{icon}</span>
      <Heading className="font-medium">{title}</Heading>
      <p className="max-w-sm text-sm text-muted-foreground">{children}</p>
      {action}
    </div>
  );
}

export function ListLoading() {
  return (
    <div role="status" className="grid gap-3">
      <span className="sr-only">{m.loading}</span>
      {[0, 1, 2].map((row) => (
        <div key={row} className="h-20 animate-pulse rounded-xl bg-muted" />
      ))}
    </div>
  );
}
