"use client";

import type { ProblemCode } from "@mosaic/contracts/problem";
import { CornerDownRight, RotateCcw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Notice } from "@/components/ui/notice";
import { problemAction } from "@/features/chat/problem-action";
import { m } from "@messages/chat";

export interface TurnProblemCardProps {
  readonly title: string;
  readonly detail: string | null;
  readonly code: ProblemCode | null;
  readonly isSystemAgent: boolean;
  readonly onRetry: (() => void) | null;
  readonly onDismiss?: () => void;
}

export function TurnProblemCard({ title, detail, code, isSystemAgent, onRetry, onDismiss }: TurnProblemCardProps) {
  const action = problemAction(code, isSystemAgent);
  return (
    <Notice
      tone="danger"
      title={title}
      className="max-w-xl animate-rise"
      actions={
        <>
          {action === null ? null : (
            <Button asChild size="sm" variant="secondary">
              <Link href={action.href}>{action.label}</Link>
            </Button>
          )}
          {onRetry === null ? null : <RetryButton onRetry={onRetry} />}
          {onDismiss ? (
            <Button size="sm" variant="secondary" onClick={onDismiss}>
              {m.dismiss}
            </Button>
          ) : null}
        </>
      }
    >
      {detail}
    </Notice>
  );
}

/** An answer that is not wrong, only not whole. */
export function CutAnswer({
  title,
  detail,
  onGoOn,
}: Pick<TurnProblemCardProps, "title" | "detail"> & { readonly onGoOn: (() => void) | null }) {
  return (
    <Notice
      tone="warning"
      title={title}
      className="max-w-xl animate-rise"
      actions={
        onGoOn === null ? null : (
          <Button size="sm" variant="secondary" onClick={onGoOn}>
            <CornerDownRight aria-hidden />
            {m.goOn}
          </Button>
        )
      }
    >
      {detail}
    </Notice>
  );
}

export function RetryButton({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <Button size="sm" variant="secondary" onClick={onRetry}>
      <RotateCcw aria-hidden />
      {m.tryAgain}
    </Button>
  );
}
