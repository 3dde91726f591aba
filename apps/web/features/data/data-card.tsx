import { useId, type ReactNode } from "react";

export interface DataCardProps {
  readonly title: string;
  readonly description: string;
  readonly children: ReactNode;
}

export function DataCard({ title, description, children }: DataCardProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-4 rounded-xl border bg-card p-4 shadow-xs sm:p-5">
      <div className="grid gap-1">
        <h3 id={id} className="font-medium">
          {title}
        </h3>
        <p className="max-w-prose text-sm text-muted-foreground">{description}</p>
      </div>
      {children}
    </section>
  );
}
